// Random states, code and transactions for comparing executors. SPDX-License-Identifier: MIT OR Apache-2.0
#include "differential/generator.h"

#include "differential/json_text.h"
#include "encoding/encoding.h"
#include "fixtures/networks.h"
#include "fixtures/state_json.h"
#include "sample/system_contracts.h"
#include "sluice/base/keccak.h"
#include "sluice/executor/fees.h"
#include "sluice/witness_host/hex.h"

namespace sluice::test {
namespace {

using host::rlp_address;
using host::rlp_hash;
using host::rlp_integer;
using host::rlp_list;
using host::rlp_string;
using Json = nlohmann::json;

constexpr unsigned kSenders = 3;
constexpr unsigned kContracts = 5;
constexpr std::uint64_t kBaseFee = 10;
constexpr const char* kForks[] = {"Paris", "Shanghai", "Cancun", "Prague", "Osaka"};

const host::Signer& sender(unsigned index) {
    static const std::vector<host::Signer> signers = [] {
        std::vector<host::Signer> made;
        for (unsigned i = 0; i < kSenders; ++i) made.emplace_back("differential sender " + std::to_string(i));
        return made;
    }();
    return signers[index];
}

Address small_address(std::uint64_t number) {
    return Uint256(number).to_address();
}
Address contract(unsigned index) {
    return small_address(0xc0de00 + index);
}
Address system_contract(unsigned index) {
    return Address::from(host::view(host::from_hex(host::kSystemContracts[index].address)).data());
}
/// Of mainnet.
const Address kDepositContract =
    Address::from(host::view(host::from_hex("00000000219ab540356cbb839cbe05303d7705fa")).data());

Json account(const std::string& code, const Uint256& balance, std::uint64_t nonce) {
    return {
        {"nonce", quantity(nonce)}, {"balance", quantity(balance)}, {"code", hex(code)}, {"storage", Json::object()}};
}

enum Op : unsigned char {
    STOP = 0x00,
    KECCAK256 = 0x20,
    CALLDATACOPY = 0x37,
    CALLDATASIZE = 0x36,
    CODESIZE = 0x38,
    CODECOPY = 0x39,
    RETURNDATASIZE = 0x3d,
    RETURNDATACOPY = 0x3e,
    MSTORE = 0x52,
    SSTORE = 0x55,
    JUMPI = 0x57,
    GAS = 0x5a,
    JUMPDEST = 0x5b,
    PUSH1 = 0x60,
    DUP1 = 0x80,
    SWAP1 = 0x90,
    LOG0 = 0xa0,
    CREATE = 0xf0,
    CALL = 0xf1,
    CALLCODE = 0xf2,
    RETURN = 0xf3,
    DELEGATECALL = 0xf4,
    CREATE2 = 0xf5,
    STATICCALL = 0xfa,
    REVERT = 0xfd,
    INVALID = 0xfe,
    SELFDESTRUCT = 0xff,
};

/// Opcodes by what they take and give; memory, calls, jumps and pushes are made elsewhere.
struct Plain {
    unsigned char op;
    unsigned in;
    unsigned out;
};
constexpr Plain kPlain[] = {
    {0x01, 2, 1}, {0x02, 2, 1}, {0x03, 2, 1}, {0x04, 2, 1}, {0x05, 2, 1}, {0x06, 2, 1}, {0x07, 2, 1}, {0x08, 3, 1},
    {0x09, 3, 1}, {0x0a, 2, 1}, {0x0b, 2, 1}, {0x10, 2, 1}, {0x11, 2, 1}, {0x12, 2, 1}, {0x13, 2, 1}, {0x14, 2, 1},
    {0x15, 1, 1}, {0x16, 2, 1}, {0x17, 2, 1}, {0x18, 2, 1}, {0x19, 1, 1}, {0x1a, 2, 1}, {0x1b, 2, 1}, {0x1c, 2, 1},
    {0x1d, 2, 1}, {0x1e, 1, 1}, {0x30, 0, 1}, {0x31, 1, 1}, {0x32, 0, 1}, {0x33, 0, 1}, {0x34, 0, 1}, {0x35, 1, 1},
    {0x36, 0, 1}, {0x38, 0, 1}, {0x3a, 0, 1}, {0x3b, 1, 1}, {0x3d, 0, 1}, {0x3f, 1, 1}, {0x40, 1, 1}, {0x41, 0, 1},
    {0x42, 0, 1}, {0x43, 0, 1}, {0x44, 0, 1}, {0x45, 0, 1}, {0x46, 0, 1}, {0x47, 0, 1}, {0x48, 0, 1}, {0x49, 1, 1},
    {0x4a, 0, 1}, {0x50, 1, 0}, {0x58, 0, 1}, {0x59, 0, 1}, {0x5a, 0, 1}, {0x5b, 0, 0}, {0x5f, 0, 1},
};

}  // namespace

/// Code as it grows, with the depth that its stack has if nothing jumps.
struct CaseGenerator::Code {
    std::string bytes;
    unsigned depth = 0;

    Code& op(unsigned char opcode, unsigned in = 0, unsigned out = 0) {
        bytes += static_cast<char>(opcode);
        depth = (depth > in ? depth - in : 0) + out;
        return *this;
    }
    Code& push(const Uint256& value) {
        const unsigned width = value.byte_width() == 0 ? 1 : value.byte_width();
        bytes += static_cast<char>(PUSH1 + width - 1);
        bytes += host::bytes_of(value.to_hash().view().last(width));
        ++depth;
        return *this;
    }
    Code& push_place(std::size_t place) {
        bytes += '\x61';
        bytes += static_cast<char>(place >> 8);
        bytes += static_cast<char>(place);
        ++depth;
        return *this;
    }
};

CaseGenerator::CaseGenerator(std::uint64_t seed, std::vector<std::pair<unsigned, std::string>> precompile_inputs)
    : rng_(seed), precompile_inputs_(std::move(precompile_inputs)) {}

Uint256 CaseGenerator::word() {
    const auto bit = [&] { return Uint256(1) << static_cast<unsigned>(below(256)); };
    switch (below(9)) {
        case 0:
        case 1:
        case 2:
            return below(40);
        case 3:
            return bit();
        case 4:
            return bit() - Uint256(1);
        case 5:
            return Uint256() - Uint256(below(40));
        case 6:
            return Uint256::from_address(any_address());
        case 7:
            return below(70000);
        default:
            return {rng_(), rng_(), rng_(), rng_()};
    }
}

Address CaseGenerator::any_address() {
    return pool_[below(pool_.size())];
}

std::string CaseGenerator::mutated(std::string bytes) {
    const std::uint64_t changes = chance(3) ? 0 : 1 + below(3);
    for (std::uint64_t i = 0; i < changes; ++i) {
        switch (below(5)) {
            case 0:
                bytes.resize(below(bytes.size() + 40));
                break;
            case 1:
                bytes += std::string(below(40), static_cast<char>(below(2) * 0xff));
                break;
            default:
                if (bytes.empty()) break;
                bytes[below(bytes.size())] = static_cast<char>(chance(2) ? below(256) : below(2) * 0xff);
        }
    }
    return bytes;
}

void CaseGenerator::call(Code& code) {
    const unsigned char kinds[] = {CALL, CALL, CALLCODE, DELEGATECALL, STATICCALL};
    const unsigned char kind = kinds[below(5)];
    const bool with_value = kind == CALL || kind == CALLCODE;
    code.push(below(80)).push(below(200)).push(below(200)).push(below(200));  // out size, out, in size, in
    if (with_value) code.push(chance(3) ? below(3) : 0);
    code.push(Uint256::from_address(any_address()));
    if (chance(3)) {
        code.push(chance(4) ? word() : Uint256(below(60000)));
    } else {
        code.op(GAS, 0, 1);
    }
    code.op(kind, with_value ? 7 : 6, 1);
    if (chance(3))
        code.push(0).push(0).op(RETURNDATASIZE, 0, 1).op(0x91).op(RETURNDATACOPY, 3, 0);  // mixed up on purpose
    if (chance(2)) code.op(RETURNDATASIZE, 0, 1).push(0).push(below(60)).op(RETURNDATACOPY, 3, 0);
}

void CaseGenerator::create(Code& code, unsigned depth) {
    const std::string init = initcode(depth + 1);
    for (std::size_t at = 0; at < init.size(); at += 32) {
        std::string chunk = init.substr(at, 32);
        chunk.resize(32, '\0');
        code.push(Uint256::from_be(host::view(chunk))).push(at).op(MSTORE, 2, 0);
    }
    const bool salted = chance(2);
    if (salted) code.push(below(2));
    code.push(chance(20) ? below(60000) : init.size()).push(0).push(chance(4) ? below(5) : 0);
    code.op(salted ? CREATE2 : CREATE, salted ? 4 : 3, 1);
    // What was created may be called at once.
    if (chance(2)) {
        code.op(DUP1, 0, 1).push(0).push(0).push(0).push(0).push(0).op(0x85, 0, 1).op(GAS, 0, 1).op(CALL, 7, 1);
    }
}

void CaseGenerator::statement(Code& code, unsigned depth) {
    const auto need = [&](unsigned count) {
        while (code.depth < count) code.push(word());
    };
    switch (below(26)) {
        case 0:
        case 1:
        case 2:
            code.push(word());
            break;
        case 3: {
            need(1);
            const unsigned most = code.depth < 16 ? code.depth : 16;
            code.op(static_cast<unsigned char>(DUP1 + below(most)), 0, 1);
            break;
        }
        case 4: {
            need(2);
            const unsigned most = code.depth - 1 < 16 ? code.depth - 1 : 16;
            code.op(static_cast<unsigned char>(SWAP1 + below(most)));
            break;
        }
        case 5:
        case 6: {  // MLOAD, MSTORE, MSTORE8, KECCAK256
            const unsigned char op = static_cast<unsigned char>(0x51 + below(4));
            const Uint256 offset = chance(40) ? word() : Uint256(below(300));
            if (op == 0x54) {
                code.push(below(120)).push(offset).op(KECCAK256, 2, 1);
            } else {
                if (op != 0x51) need(1);
                code.push(offset).op(op, op == 0x51 ? 1 : 2, op == 0x51 ? 1 : 0);
            }
            break;
        }
        case 7: {  // copies
            const unsigned char ops[] = {CALLDATACOPY, CODECOPY, 0x5e, RETURNDATACOPY, 0x3c};
            const unsigned char op = ops[below(5)];
            const bool from_zero = op == RETURNDATACOPY && !chance(3);
            code.push(from_zero ? 0 : below(90)).push(from_zero ? 0 : below(90)).push(below(200));
            if (op == 0x3c) code.push(Uint256::from_address(any_address()));
            code.op(op, op == 0x3c ? 4 : 3, 0);
            break;
        }
        case 8:
        case 9:
        case 10:  // SLOAD, SSTORE, TLOAD, TSTORE
            if (chance(2)) {
                code.push(below(6)).op(chance(4) ? 0x5c : 0x54, 1, 1);
            } else {
                if (chance(3)) {
                    code.push(below(3));
                } else {
                    need(1);
                }
                code.push(below(6)).op(chance(4) ? 0x5d : SSTORE, 2, 0);
            }
            break;
        case 11: {
            const unsigned topics = static_cast<unsigned>(below(5));
            need(topics);
            code.push(below(80)).push(below(100)).op(static_cast<unsigned char>(LOG0 + topics), 2 + topics, 0);
            break;
        }
        case 12:
        case 13:
        case 14:
            call(code);
            break;
        case 15:
            if (depth < 2) create(code, depth);
            break;
        case 16: {  // a jump over something, or not
            need(1);
            const std::size_t at = code.bytes.size() + 1;
            code.push_place(0).op(JUMPI, 2, 0);
            const std::uint64_t inner = below(3);
            for (std::uint64_t i = 0; i < inner; ++i) statement(code, depth);
            const std::size_t place = chance(12) ? below(200) : code.bytes.size();
            code.bytes[at] = static_cast<char>(place >> 8);
            code.bytes[at + 1] = static_cast<char>(place);
            code.op(JUMPDEST);
            break;
        }
        case 17: {  // a loop: its counter in memory, whatever its body does to the stack
            const std::uint64_t counter = 0x400 + 0x20 * below(4);
            code.push(1 + below(6)).push(counter).op(MSTORE, 2, 0);
            const std::size_t start = code.bytes.size();
            code.op(JUMPDEST);
            statement(code, depth);
            code.push(1).push(counter).op(0x51, 1, 1).op(0x03, 2, 1).op(DUP1, 0, 1).push(counter).op(MSTORE, 2, 0);
            code.push_place(start).op(JUMPI, 2, 0);
            break;
        }
        case 18:
            if (chance(6)) code.push(Uint256::from_address(any_address())).op(SELFDESTRUCT, 1, 0);
            break;
        case 19:
            if (chance(12)) code.op(static_cast<unsigned char>(below(256)));
            break;
        default: {
            const Plain& plain = kPlain[below(std::size(kPlain))];
            // Few codes are for forks that have not every opcode.
            if (plain.op == 0x5f && fork_ == "Paris" && !chance(20)) break;
            if ((plain.op == 0x49 || plain.op == 0x4a) && fork_ < std::string("Cancun") && !chance(20)) break;
            need(plain.in);
            code.op(plain.op, plain.in, plain.out);
        }
    }
}

std::string CaseGenerator::code(unsigned depth, unsigned statements) {
    if (chance(25)) {
        std::string bytes(below(80), '\0');
        for (char& byte : bytes) byte = static_cast<char>(rng_());
        return bytes;
    }
    Code code;
    for (unsigned i = 0; i < statements && code.bytes.size() < 600; ++i) statement(code, depth);
    switch (below(5)) {
        case 0:
            code.push(below(100)).push(below(100)).op(RETURN);
            break;
        case 1:
            if (chance(2)) code.push(below(100)).push(below(100)).op(REVERT);
            break;
        case 2:
            // The stack's top stays visible in the state.
            if (code.depth > 0) code.push(7).op(SSTORE, 2, 0);
            break;
        default:
            break;
    }
    return code.bytes;
}

std::string CaseGenerator::initcode(unsigned depth) {
    Code code;
    const std::uint64_t statements = below(4);
    for (std::uint64_t i = 0; i < statements && depth < 3; ++i) statement(code, depth);
    if (chance(8)) return code.bytes;
    if (chance(2)) {  // deploys what follows it
        const std::string runtime = chance(2) ? this->code(3, 4) : std::string("\x5b\x00", 2);
        constexpr std::size_t kTail = 15;
        const std::size_t from = code.bytes.size() + kTail;
        code.push_place(runtime.size()).push_place(from).push(0).op(CODECOPY, 3, 0);
        code.push_place(runtime.size()).push(0).op(chance(15) ? REVERT : RETURN);
        return code.bytes + runtime;
    }
    code.push(chance(10) ? below(30000) : below(60)).push(below(60)).op(RETURN);
    return code.bytes;
}

std::string CaseGenerator::caller_of_precompile(unsigned address) {
    Code code;
    code.op(CALLDATASIZE, 0, 1).push(0).push(0).op(CALLDATACOPY, 3, 0);
    code.op(GAS, 0, 1);
    code.push(below(200)).push(0x800).op(CALLDATASIZE, 0, 1).push(0).push(address).op(GAS, 0, 1).op(STATICCALL, 6, 1);
    code.push(0).op(SSTORE, 2, 0);
    code.op(GAS, 0, 1).op(SWAP1).op(0x03, 2, 1).push(1).op(SSTORE, 2, 0);
    code.op(RETURNDATASIZE, 0, 1).push(2).op(SSTORE, 2, 0);
    code.op(RETURNDATASIZE, 0, 1).push(0).push(0).op(RETURNDATACOPY, 3, 0);
    code.op(RETURNDATASIZE, 0, 1).push(0).op(KECCAK256, 2, 1).push(3).op(SSTORE, 2, 0);
    code.push(64).push(0x800).op(LOG0, 2, 0);
    return code.bytes;
}

std::string CaseGenerator::transaction(unsigned newest_type) {
    const unsigned from = static_cast<unsigned>(below(kSenders));
    const unsigned type = static_cast<unsigned>(below(newest_type + 1));
    const bool creation = type < 3 && input_.empty() && chance(6);
    Address to = !input_.empty() ? contract(0) : chance(3) ? any_address() : contract(unsigned(below(kContracts)));
    std::string data(below(100), '\0');
    for (char& byte : data) byte = static_cast<char>(chance(3) ? 0 : rng_());
    if (creation) data = initcode(0);
    if (!input_.empty()) data = input_;
    Uint256 value = chance(3) ? below(4) : 0;
    if (whole_block_ && !creation && input_.empty() && chance(3)) {
        // A request: of a withdrawal 56 bytes, of a consolidation 96, for a fee; or a deposit.
        const unsigned kind = static_cast<unsigned>(below(3));
        to = kind == 2 ? kDepositContract : system_contract(2 + kind);
        data.assign(kind == 0 ? 56 : 96, '\0');
        for (char& byte : data) byte = static_cast<char>(rng_());
        if (kind == 2) data = deposit_event();
        if (chance(8)) data = mutated(data);
        value = chance(8) ? 0 : below(4);
    }
    const std::uint64_t gas = chance(8) ? 21000 + below(60000) : 200000 + below(800000);
    const std::uint64_t nonce = nonces_[from] + (chance(60) ? 1 : 0);
    const Uint256 fee = kBaseFee + (chance(40) ? 0 : below(20));
    const Uint256 tip = chance(60) ? Uint256(kBaseFee + 50) : Uint256(below(kBaseFee));

    std::vector<std::string> entries;
    const std::uint64_t entry_count = below(4);
    for (std::uint64_t i = 0; i < entry_count; ++i) {
        std::vector<std::string> slots;
        const std::uint64_t slot_count = below(4);
        for (std::uint64_t slot = 0; slot < slot_count; ++slot) slots.push_back(rlp_hash(Uint256(below(6)).to_hash()));
        entries.push_back(rlp_list({rlp_address(any_address()), rlp_list(slots)}));
    }
    std::vector<std::string> fields;
    if (type != 0) fields.push_back(rlp_integer(1));
    fields.push_back(rlp_integer(nonce));
    if (type >= 2) fields.push_back(rlp_integer(tip));
    fields.push_back(rlp_integer(fee));
    fields.push_back(rlp_integer(gas));
    fields.push_back(creation ? rlp_string("") : rlp_address(to));
    fields.push_back(rlp_integer(value));
    fields.push_back(rlp_string(data));
    if (type >= 1) fields.push_back(rlp_list(entries));
    if (type == 3) {
        std::vector<std::string> hashes;
        for (std::uint64_t i = 0; i < 1 + below(2); ++i) {
            Hash32 hash = Uint256(rng_()).to_hash();
            hash.bytes[0] = 1;
            hashes.push_back(rlp_hash(hash));
        }
        fields.push_back(rlp_integer(1000000000));
        fields.push_back(rlp_list(hashes));
    }
    if (type == 4) {
        std::vector<std::string> tuples;
        for (std::uint64_t i = 0; i < 1 + below(3); ++i) {
            const unsigned who = static_cast<unsigned>(below(kSenders));
            const std::uint64_t chain = chance(8) ? 2 : below(2);
            const Address target = chance(6) ? Address{} : any_address();
            // A sender's own authorization comes after its nonce was raised.
            const std::uint64_t right = nonces_[who] + (who == from ? 1 : 0);
            const std::uint64_t authorization_nonce = chance(5) ? right + 1 : right;
            const std::vector<std::string> parts = {rlp_integer(chain), rlp_address(target),
                                                    rlp_integer(authorization_nonce)};
            auto signature = sender(who).sign(keccak256(host::view("\x05" + rlp_list(parts))));
            if (chance(15)) signature.r = signature.r + Uint256(1);
            if (chance(20)) signature.s = Uint256() - signature.s;
            tuples.push_back(rlp_list({parts[0], parts[1], parts[2], rlp_integer(signature.y_parity),
                                       rlp_integer(signature.r), rlp_integer(signature.s)}));
            // Only guessed: where it does not hold the next nonce is wrong, and that is a case as well.
            if (authorization_nonce == right && chain != 2) nonces_[who] += 1;
            if (who == from) break;
        }
        fields.push_back(rlp_list(tuples));
    }
    ++nonces_[from];
    const std::string prefix = type == 0 ? std::string() : std::string(1, static_cast<char>(type));
    const auto signature = sender(from).sign(keccak256(host::view(prefix + rlp_list(fields))));
    fields.push_back(rlp_integer(type == 0 ? 27u + signature.y_parity : signature.y_parity));
    fields.push_back(rlp_integer(signature.r));
    fields.push_back(rlp_integer(signature.s));
    return prefix + rlp_list(fields);
}

Json CaseGenerator::next() {
    const unsigned fork = static_cast<unsigned>(below(std::size(kForks)));
    fork_ = kForks[fork];
    const unsigned newest_type = fork >= 3 ? 4 : fork == 2 ? 3 : 2;
    const Address coinbase = chance(4) ? contract(unsigned(below(kContracts))) : small_address(0xc01b);
    pool_.clear();
    for (unsigned i = 0; i < kContracts; ++i) pool_.insert(pool_.end(), 4, contract(i));
    for (unsigned i = 0; i < kSenders; ++i) pool_.push_back(sender(i).address());
    for (unsigned i = 0; i <= 0x12; ++i) pool_.push_back(small_address(i));
    for (const std::uint64_t number : {0x100ull, 0xe0ull, 0xe1ull, 0xdead00000000ull})
        pool_.push_back(small_address(number));
    pool_.push_back(coinbase);
    for (unsigned i = 0; whole_block_ && i < std::size(host::kSystemContracts); ++i) {
        pool_.insert(pool_.end(), 2, system_contract(i));
    }
    nonces_.assign(kSenders, 0);

    Json pre;
    for (unsigned i = 0; i < kSenders; ++i) {
        nonces_[i] = below(3);
        pre[hex(host::bytes_of(sender(i).address().view()))] =
            account({}, chance(40) ? Uint256(below(100000)) : Uint256(std::uint64_t{1} << 60), nonces_[i]);
    }
    input_.clear();
    const bool about_precompile = !precompile_inputs_.empty() && chance(5);
    unsigned precompile = 0;
    if (about_precompile) {
        const auto& [address, input] = precompile_inputs_[below(precompile_inputs_.size())];
        precompile = address;
        input_ = mutated(input);
        if (input_.empty()) input_ = "\0";
    }
    for (unsigned i = 0; i < kContracts; ++i) {
        std::string bytes = code(0, 3 + static_cast<unsigned>(below(16)));
        if (i == 0 && about_precompile) bytes = caller_of_precompile(precompile);
        if (i == 4 && fork >= 3 && chance(2)) {
            bytes = std::string("\xef\x01\x00", 3) + host::bytes_of(any_address().view());
        }
        Json entry = account(bytes, chance(2) ? below(1000) : 0, 1);
        const std::uint64_t slots = chance(4) ? 0 : below(9);
        for (std::uint64_t slot = 0; slot < slots; ++slot)
            entry["storage"][quantity(below(12))] = quantity(Uint256(1) + word());
        for (auto it = entry["storage"].begin(); it != entry["storage"].end();) {
            it = *it == "0x0" ? entry["storage"].erase(it) : std::next(it);
        }
        pre[hex(host::bytes_of(contract(i).view()))] = entry;
    }
    pre[hex(host::bytes_of(small_address(0xe0).view()))] = account({}, 5, 0);

    Json transactions = Json::array();
    const std::uint64_t count = about_precompile ? 1 : 1 + below(4);
    bool blobs = false;
    for (std::uint64_t i = 0; i < count; ++i) {
        const std::string envelope = transaction(newest_type);
        // What all transactions of a block may use together is a rule of blocks, which is not compared here.
        if (envelope[0] == 3 && std::exchange(blobs, true)) continue;
        transactions.push_back(hex(envelope));
    }
    return {{"fork", fork_},
            {"env",
             {{"currentCoinbase", hex(host::bytes_of(coinbase.view()))},
              {"currentNumber", quantity(300 + below(3))},
              {"currentTimestamp", quantity(1000 + below(100))},
              {"currentGasLimit", "0x1c9c380"},
              {"currentRandom", witness_host::to_hex(Uint256{rng_(), rng_(), 0, 1}.to_hash())},
              {"currentBaseFee", quantity(kBaseFee)},
              {"currentExcessBlobGas", quantity(below(4) * 0x1000000)}}},
            {"pre", pre},
            {"transactions", transactions}};
}

/// Data of an event of the deposit contract: five byte strings by Solidity's rules, with random contents.
std::string CaseGenerator::deposit_event() {
    const std::size_t sizes[] = {48, 32, 8, 96, 8};
    std::string heads;
    std::string tails;
    for (const std::size_t size : sizes) {
        heads += host::bytes_of(Uint256(160 + tails.size()).to_hash().view());
        tails += host::bytes_of(Uint256(size).to_hash().view());
        for (std::size_t i = 0; i < size; ++i) tails += static_cast<char>(rng_());
        tails.resize((tails.size() + 31) / 32 * 32, '\0');
    }
    return heads + tails;
}

Json CaseGenerator::next_block() {
    whole_block_ = true;
    Json drawn = next();
    whole_block_ = false;
    const unsigned fork = static_cast<unsigned>(std::find(std::begin(kForks), std::end(kForks), fork_) - kForks);
    Json& pre = drawn["pre"];
    for (const host::SystemContract& contract : host::kSystemContracts) {
        pre["0x" + std::string(contract.address)] = account(host::from_hex(contract.code), 0, 1);
    }
    // Logs its call data as a deposit: CALLDATASIZE, PUSH0, PUSH0, CALLDATACOPY, PUSH32 topic, CALLDATASIZE, PUSH0,
    // LOG1.
    const Hash32 topic = keccak256(host::view("DepositEvent(bytes,bytes,bytes,bytes,bytes)"));
    pre[hex(host::bytes_of(kDepositContract.view()))] =
        account("\x36\x5f\x5f\x37\x7f" + host::bytes_of(topic.view()) + "\x36\x5f\xa1", 0, 1);

    const Json& env = drawn["env"];
    const std::string zeros(32, '\0');
    const std::string bloom(256, '\0');
    constexpr std::uint64_t kGasLimit = 30000000;
    const std::uint64_t number = 1 + below(5);
    const std::uint64_t excess = fixtures::u64_at(env, "currentExcessBlobGas") / 2;
    const auto header = [&](std::uint64_t at, const Hash32& parent, const Hash32& state_root, std::uint64_t used,
                            std::uint64_t excess_blob_gas) {
        std::vector<std::string> fields = {rlp_hash(parent),
                                           rlp_hash(kEmptyListHash),
                                           rlp_string(fixtures::bytes_at(env, "currentCoinbase")),
                                           rlp_hash(state_root),
                                           rlp_hash(kEmptyTrieRoot),
                                           rlp_hash(kEmptyTrieRoot),
                                           rlp_string(bloom),
                                           rlp_integer(0),
                                           rlp_integer(at),
                                           rlp_integer(kGasLimit),
                                           rlp_integer(used),
                                           rlp_integer(1000 + 12 * at),
                                           rlp_string("differential"),
                                           rlp_string(fixtures::bytes_at(env, "currentRandom")),
                                           rlp_string(std::string(8, '\0')),
                                           rlp_integer(kBaseFee)};
        if (fork >= 1) fields.push_back(rlp_hash(kEmptyTrieRoot));
        if (fork >= 2) {
            fields.push_back(rlp_integer(0));
            fields.push_back(rlp_integer(excess_blob_gas));
            fields.push_back(rlp_string(fixtures::bytes_at(env, "currentRandom")));
        }
        if (fork >= 3) fields.push_back(rlp_string(zeros));
        return rlp_list(fields);
    };
    fixtures::CodeStore codes;
    const Hash32 root = fixtures::read_state(pre, codes).root;
    Json headers = Json::array();
    Hash32 parent_hash{};
    std::string parent;
    for (std::uint64_t at = 0; at < number; ++at) {
        parent = header(at, parent_hash, root, kGasLimit / 2, excess);
        parent_hash = keccak256(host::view(parent));
        headers.push_back(hex(parent));
    }
    std::uint64_t next_excess = 0;
    if (fork >= 2) {
        Diagnostics diagnostics;
        const auto config = fixtures::network_config(fork_, Json::object());
        const auto decoded = executor::decode_header(host::view(parent), diagnostics);
        const executor::BlobSchedule* schedule = config->blob_schedule_at(1000 + 12 * number);
        next_excess = executor::next_excess_blob_gas(*decoded, static_cast<executor::Fork>(fork), *schedule);
    }
    std::vector<std::string> transactions;
    for (const Json& text : drawn["transactions"]) {
        const std::string envelope = witness_host::parse_data(text.get<std::string>()).value();
        const bool typed = static_cast<unsigned char>(envelope[0]) < 0x80;
        transactions.push_back(typed ? rlp_string(envelope) : envelope);
    }
    std::vector<std::string> parts = {header(number, parent_hash, Hash32{}, 0, next_excess), rlp_list(transactions),
                                      rlp_list({})};
    if (fork >= 1) {
        std::vector<std::string> withdrawals;
        for (std::uint64_t i = below(4); i > 0; --i) {
            withdrawals.push_back(rlp_list({rlp_integer(i), rlp_integer(below(100)), rlp_address(any_address()),
                                            rlp_integer(chance(4) ? 0 : below(1000000))}));
        }
        parts.push_back(rlp_list(withdrawals));
    }
    return {{"fork", fork_}, {"pre", pre}, {"headers", headers}, {"block", hex(rlp_list(parts))}};
}

}  // namespace sluice::test
