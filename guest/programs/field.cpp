// Chains of field operations, so that a test can compare the machine's results with the host's and count instructions.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Input, 32-bit little-endian words: degree (1, 4, 5, 6), operation, count, then the elements a and b of that degree as
// canonical values below p. Output: a after `count` times a = a b (operation 0), a^2 + b (1), 1 / a + b (2) or a^p + b
// (3), as canonical values.
#include <cstring>

#include "sluice/math/extension.h"
#include "sluice/math/koala_bear.h"
#include "zkvm_io.h"

namespace {

using sluice::math::Extension;
using sluice::math::KoalaBear;

constexpr size_t kHeaderWords = 3;

uint32_t load_word(const uint8_t* input, size_t index) {
    uint32_t word = 0;
    std::memcpy(&word, input + 4 * index, sizeof word);
    return word;
}

KoalaBear* limbs(KoalaBear& element) {
    return &element;
}
template <unsigned D>
KoalaBear* limbs(Extension<D>& element) {
    return element.limb;
}

KoalaBear frobenius(const KoalaBear& element) {
    return element;
}
template <unsigned D>
Extension<D> frobenius(const Extension<D>& element) {
    return element.frobenius(1);
}

template <class Field>
int run(const uint8_t* input, size_t size) {
    constexpr size_t kDegree = Field::kDegree;
    if (size != 4 * (kHeaderWords + 2 * kDegree)) return 1;
    const uint32_t operation = load_word(input, 1);
    Field a{}, b{};
    for (size_t i = 0; i < kDegree; ++i) {
        limbs(a)[i] = KoalaBear::from_canonical(load_word(input, kHeaderWords + i));
        limbs(b)[i] = KoalaBear::from_canonical(load_word(input, kHeaderWords + kDegree + i));
    }
    for (uint32_t left = load_word(input, 2); left != 0; --left) {
        if (operation == 0) {
            a *= b;
        } else if (operation == 1) {
            a = a.square() + b;
        } else if (operation == 2) {
            a = a.inverse() + b;
        } else {
            a = frobenius(a) + b;
        }
    }
    for (size_t i = 0; i < kDegree; ++i) {
        const uint32_t word = limbs(a)[i].canonical();
        uint8_t bytes[4];
        std::memcpy(bytes, &word, sizeof bytes);
        write_output(bytes, sizeof bytes);
    }
    return 0;
}

}  // namespace

int main() {
    const uint8_t* input = nullptr;
    size_t size = 0;
    read_input(&input, &size);
    if (size < 4 * kHeaderWords) return 1;
    switch (load_word(input, 0)) {
        case 1:
            return run<KoalaBear>(input, size);
        case 4:
            return run<Extension<4>>(input, size);
        case 5:
            return run<Extension<5>>(input, size);
        case 6:
            return run<Extension<6>>(input, size);
        default:
            return 1;
    }
}
