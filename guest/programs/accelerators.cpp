// Runs requests to the accelerator interface, so that a test can compare machine, software and official vectors.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Input: requests, one after the other, each a 32-bit operation, a 32-bit length and that many bytes of arguments,
// padded to a multiple of 8. Arguments are the function's inputs in order; modexp has three 64-bit lengths in front, a
// function with an array takes as many whole elements as there are. Output: per request a 32-bit status, then the bytes
// of the result (one byte for a truth value), nothing if the status is not ZKVM_EOK. A request with the wrong length
// ends the program.
#include <cstring>

#include "sluice_guest.h"
#include "zkvm_accelerators.h"
#include "zkvm_io.h"

namespace {

enum Operation : uint32_t {
    kKeccak256,
    kSecp256k1Verify,
    kSecp256k1Recover,
    kSha256,
    kRipemd160,
    kModexp,
    kBn254Add,
    kBn254Mul,
    kBn254Pairing,
    kBlake2f,
    kKzgPointEval,
    kBlsG1Add,
    kBlsG1Msm,
    kBlsG2Add,
    kBlsG2Msm,
    kBlsPairing,
    kBlsMapFp,
    kBlsMapFp2,
    kSecp256r1Verify,
    kKeccak256Unaligned,
    kNullArgument,
    kPoseidon2Width16,
    kPoseidon2Width24,
};

constexpr int kBadRequest = 1;

// Takes a request's arguments one by one. The input is read-only and its parts may be aligned to 4 only: copies are
// made.
struct Arguments {
    const uint8_t* at;
    size_t left;
    bool enough = true;

    template <class T>
    T take() {
        T value{};
        if (left < sizeof value) {
            enough = false;
            return value;
        }
        std::memcpy(&value, at, sizeof value);
        at += sizeof value;
        left -= sizeof value;
        return value;
    }
    const uint8_t* take_bytes(size_t size) {
        const uint8_t* const bytes = at;
        if (left < size) {
            enough = false;
            return nullptr;
        }
        at += size;
        left -= size;
        return bytes;
    }
};

void put_status(zkvm_status status) {
    const auto number = static_cast<int32_t>(status);
    uint8_t bytes[4];
    std::memcpy(bytes, &number, sizeof bytes);
    write_output(bytes, sizeof bytes);
}

template <class T>
bool put(zkvm_status status, const T& result) {
    put_status(status);
    if (status == ZKVM_EOK) write_output(reinterpret_cast<const uint8_t*>(&result), sizeof result);
    return true;
}

// The heap as an array: what the elements of a request are copied to.
template <class T>
T* elements(Arguments& arguments, size_t& count) {
    uint8_t* heap = nullptr;
    size_t size = 0;
    sluice_heap(&heap, &size);
    count = arguments.left / sizeof(T);
    if (count * sizeof(T) > size) return nullptr;
    std::memcpy(heap, arguments.take_bytes(count * sizeof(T)), count * sizeof(T));
    return reinterpret_cast<T*>(heap);
}

template <class Point>
bool add(Arguments& arguments, zkvm_status (*function)(const Point*, const Point*, Point*)) {
    auto p = arguments.take<Point>();
    const auto q = arguments.take<Point>();
    return put(function(&p, &q, &p), p);  // the result over an input
}

template <class Pair, class Point>
bool sum(Arguments& arguments, zkvm_status (*function)(const Pair*, size_t, Point*)) {
    size_t count = 0;
    const Pair* const pairs = elements<Pair>(arguments, count);
    Point result{};
    return put(function(pairs, count, &result), result);
}

template <class Pair>
bool pairing(Arguments& arguments, zkvm_status (*function)(const Pair*, size_t, bool*)) {
    size_t count = 0;
    const Pair* const pairs = elements<Pair>(arguments, count);
    bool verified = false;
    return put(function(pairs, count, &verified), verified);
}

template <class Element, class Point>
bool map(Arguments& arguments, zkvm_status (*function)(const Element*, Point*)) {
    const auto element = arguments.take<Element>();
    Point result{};
    return put(function(&element, &result), result);
}

template <class Hash>
bool digest(Arguments& arguments, zkvm_status (*function)(const uint8_t*, size_t, Hash*)) {
    const size_t size = arguments.left;
    const uint8_t* const data = arguments.take_bytes(size);
    Hash hash;
    return put(function(size == 0 ? nullptr : data, size, &hash), hash);
}

template <class Hash, class Signature, class Key>
bool verify(Arguments& arguments, zkvm_status (*function)(const Hash*, const Signature*, const Key*, bool*)) {
    const auto message = arguments.take<Hash>();
    const auto signature = arguments.take<Signature>();
    const auto key = arguments.take<Key>();
    bool verified = false;
    return put(function(&message, &signature, &key, &verified), verified);
}

bool modexp(Arguments& arguments) {
    const auto base_size = arguments.take<uint64_t>();
    const auto exponent_size = arguments.take<uint64_t>();
    const auto modulus_size = arguments.take<uint64_t>();
    const uint8_t* const base = arguments.take_bytes(base_size);
    const uint8_t* const exponent = arguments.take_bytes(exponent_size);
    const uint8_t* const modulus = arguments.take_bytes(modulus_size);
    uint8_t* heap = nullptr;
    size_t size = 0;
    sluice_heap(&heap, &size);
    if (!arguments.enough || modulus_size > size) return false;
    const zkvm_status status = zkvm_modexp(base, base_size, exponent, exponent_size, modulus, modulus_size, heap);
    put_status(status);
    if (status == ZKVM_EOK) write_output(heap, modulus_size);
    return true;
}

bool blake2f(Arguments& arguments) {
    const auto rounds = arguments.take<uint32_t>();
    auto state = arguments.take<zkvm_blake2f_state>();
    const auto message = arguments.take<zkvm_blake2f_message>();
    const auto offset = arguments.take<zkvm_blake2f_offset>();
    const auto final_block = arguments.take<uint8_t>();
    return put(zkvm_blake2f(rounds, &state, &message, &offset, final_block), state);
}

bool recover(Arguments& arguments) {
    const auto message = arguments.take<zkvm_secp256k1_hash>();
    const auto signature = arguments.take<zkvm_secp256k1_signature>();
    const auto recovery_id = arguments.take<uint8_t>();
    zkvm_secp256k1_pubkey key;
    return put(zkvm_secp256k1_ecrecover(&message, &signature, recovery_id, &key), key);
}

bool kzg(Arguments& arguments) {
    const auto commitment = arguments.take<zkvm_kzg_commitment>();
    const auto z = arguments.take<zkvm_kzg_field_element>();
    const auto y = arguments.take<zkvm_kzg_field_element>();
    const auto proof = arguments.take<zkvm_kzg_proof>();
    bool verified = false;
    return put(zkvm_kzg_point_eval(&commitment, &z, &y, &proof, &verified), verified);
}

template <size_t kWidth>
bool permutation(Arguments& arguments, void (*function)(uint32_t*)) {
    struct alignas(8) State {
        uint32_t word[kWidth];
    };
    auto state = arguments.take<State>();
    function(state.word);
    return put(ZKVM_EOK, state);
}

// Keccak of the same bytes at eight alignments; all have to agree.
bool keccak_unaligned(Arguments& arguments) {
    uint8_t* heap = nullptr;
    size_t heap_size = 0;
    sluice_heap(&heap, &heap_size);
    const size_t size = arguments.left;
    if (size + 8 > heap_size) return false;
    const uint8_t* const data = arguments.take_bytes(size);
    zkvm_keccak256_hash first;
    for (size_t offset = 0; offset < 8; ++offset) {
        std::memcpy(heap + offset, data, size);
        zkvm_keccak256_hash hash;
        (void)zkvm_keccak256(heap + offset, size, offset == 0 ? &first : &hash);
        if (offset != 0 && std::memcmp(first.data, hash.data, sizeof hash.data) != 0) return false;
    }
    return put(ZKVM_EOK, first);
}

bool run(uint32_t operation, Arguments& arguments) {
    switch (operation) {
        case kKeccak256:
            return digest(arguments, zkvm_keccak256);
        case kSecp256k1Verify:
            return verify(arguments, zkvm_secp256k1_verify);
        case kSecp256k1Recover:
            return recover(arguments);
        case kSha256:
            return digest(arguments, zkvm_sha256);
        case kRipemd160:
            return digest(arguments, zkvm_ripemd160);
        case kModexp:
            return modexp(arguments);
        case kBn254Add:
            return add(arguments, zkvm_bn254_g1_add);
        case kBn254Mul: {
            const auto point = arguments.take<zkvm_bn254_g1_point>();
            const auto scalar = arguments.take<zkvm_bn254_scalar>();
            zkvm_bn254_g1_point result;
            return put(zkvm_bn254_g1_mul(&point, &scalar, &result), result);
        }
        case kBn254Pairing:
            return pairing(arguments, zkvm_bn254_pairing);
        case kBlake2f:
            return blake2f(arguments);
        case kKzgPointEval:
            return kzg(arguments);
        case kBlsG1Add:
            return add(arguments, zkvm_bls12_g1_add);
        case kBlsG1Msm:
            return sum(arguments, zkvm_bls12_g1_msm);
        case kBlsG2Add:
            return add(arguments, zkvm_bls12_g2_add);
        case kBlsG2Msm:
            return sum(arguments, zkvm_bls12_g2_msm);
        case kBlsPairing:
            return pairing(arguments, zkvm_bls12_pairing);
        case kBlsMapFp:
            return map(arguments, zkvm_bls12_map_fp_to_g1);
        case kBlsMapFp2:
            return map(arguments, zkvm_bls12_map_fp2_to_g2);
        case kSecp256r1Verify:
            return verify(arguments, zkvm_secp256r1_verify);
        case kKeccak256Unaligned:
            return keccak_unaligned(arguments);
        case kNullArgument: {
            zkvm_keccak256_hash* volatile nowhere = nullptr;
            (void)zkvm_keccak256(nullptr, 0, nowhere);  // ends the program
            return true;
        }
        case kPoseidon2Width16:
            return permutation<16>(arguments, sluice_poseidon2_16);
        case kPoseidon2Width24:
            return permutation<24>(arguments, sluice_poseidon2_24);
        default:
            return false;
    }
}

}  // namespace

int main() {
    const uint8_t* input = nullptr;
    size_t size = 0;
    read_input(&input, &size);
    Arguments requests{input, size};
    while (requests.left != 0) {
        const auto operation = requests.take<uint32_t>();
        const auto length = requests.take<uint32_t>();
        Arguments arguments{requests.take_bytes((size_t{length} + 7) / 8 * 8), length};
        if (!requests.enough || !run(operation, arguments) || !arguments.enough || arguments.left != 0) {
            return kBadRequest;
        }
    }
    return 0;
}
