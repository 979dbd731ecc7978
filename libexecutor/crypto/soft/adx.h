// Products of numbers of four and six limbs by MULX, ADCX and ADOX (BMI2 and ADX), which compilers do not make of C++.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Limbs lie least significant first. A result may lie in an operand's place unless it is said otherwise. Each function
// gives the same bits as the portable form beside which it is called.
#pragma once

#if defined(__x86_64__)

#include <cstddef>
#include <cstdint>

namespace sluice::crypto::soft::adx {

/// Set by tests that compare with the portable forms.
inline constinit bool refused = false;

/// Whether the functions below may be called.
[[nodiscard, gnu::always_inline]] inline bool available() noexcept {
    return __builtin_cpu_supports("adx") != 0 && __builtin_cpu_supports("bmi2") != 0 && !refused;
}

template <std::size_t kCount>
using Limbs = std::uint64_t[kCount];

// clang-format off

// (high, low) += rdx * factor: low words in the chain of CF, high words in the chain of OF.
#define SLUICE_ADX_STEP(factor, low, high)  \
    "mulx " factor ", %[u], %[v]\n\t"       \
    "adcx %[u], %[" #low "]\n\t"            \
    "adox %[v], %[" #high "]\n\t"
// (l4, .., l0) += rdx * the four limbs from byte `at` of p on, where l4 does not overflow. u is zero afterwards.
#define SLUICE_ADX_ROW4(at, p, l0, l1, l2, l3, l4)  \
    "xorl %k[u], %k[u]\n\t"                     \
    SLUICE_ADX_STEP(#at "+0(%[" #p "])", l0, l1)      \
    SLUICE_ADX_STEP(#at "+8(%[" #p "])", l1, l2)     \
    SLUICE_ADX_STEP(#at "+16(%[" #p "])", l2, l3)    \
    SLUICE_ADX_STEP(#at "+24(%[" #p "])", l3, l4)    \
    "movl $0, %k[u]\n\t"                        \
    "adcx %[u], %[" #l4 "]\n\t"
#define SLUICE_ADX_ROW6(at, p, l0, l1, l2, l3, l4, l5, l6)  \
    "xorl %k[u], %k[u]\n\t"                             \
    SLUICE_ADX_STEP(#at "+0(%[" #p "])", l0, l1)              \
    SLUICE_ADX_STEP(#at "+8(%[" #p "])", l1, l2)             \
    SLUICE_ADX_STEP(#at "+16(%[" #p "])", l2, l3)            \
    SLUICE_ADX_STEP(#at "+24(%[" #p "])", l3, l4)            \
    SLUICE_ADX_STEP(#at "+32(%[" #p "])", l4, l5)            \
    SLUICE_ADX_STEP(#at "+40(%[" #p "])", l5, l6)            \
    "movl $0, %k[u]\n\t"                                \
    "adcx %[u], %[" #l6 "]\n\t"
// Adds the multiple of m that makes l0 zero.
#define SLUICE_ADX_CLEAR4(l0, l1, l2, l3, l4)   \
    "movq %[" #l0 "], %%rdx\n\t"                \
    "imulq %[k], %%rdx\n\t"                     \
    SLUICE_ADX_ROW4(0, m, l0, l1, l2, l3, l4)
#define SLUICE_ADX_CLEAR6(l0, l1, l2, l3, l4, l5, l6)   \
    "movq %[" #l0 "], %%rdx\n\t"                        \
    "imulq %[k], %%rdx\n\t"                             \
    SLUICE_ADX_ROW6(0, m, l0, l1, l2, l3, l4, l5, l6)
// The next row of a Montgomery product, and its lowest limb cleared.
#define SLUICE_ADX_ROUND4(b, l0, l1, l2, l3, l4)    \
    "movq " b "(%[b]), %%rdx\n\t"                   \
    SLUICE_ADX_ROW4(0, a, l0, l1, l2, l3, l4)          \
    SLUICE_ADX_CLEAR4(l0, l1, l2, l3, l4)
#define SLUICE_ADX_ROUND6(b, l0, l1, l2, l3, l4, l5, l6)    \
    "movq " b "(%[b]), %%rdx\n\t"                           \
    SLUICE_ADX_ROW6(0, a, l0, l1, l2, l3, l4, l5, l6)          \
    SLUICE_ADX_CLEAR6(l0, l1, l2, l3, l4, l5, l6)
// The next rows of two products with one reduction.
#define SLUICE_ADX_TWICE4(y0, y1, l0, l1, l2, l3, l4)   \
    "movq " y0 "(%[y]), %%rdx\n\t"                      \
    SLUICE_ADX_ROW4(0, x, l0, l1, l2, l3, l4)           \
    "movq " y1 "(%[y]), %%rdx\n\t"                      \
    SLUICE_ADX_ROW4(32, x, l0, l1, l2, l3, l4)          \
    SLUICE_ADX_CLEAR4(l0, l1, l2, l3, l4)
#define SLUICE_ADX_TWICE6(y0, y1, l0, l1, l2, l3, l4, l5, l6)   \
    "movq " y0 "(%[y]), %%rdx\n\t"                              \
    SLUICE_ADX_ROW6(0, x, l0, l1, l2, l3, l4, l5, l6)           \
    "movq " y1 "(%[y]), %%rdx\n\t"                              \
    SLUICE_ADX_ROW6(48, x, l0, l1, l2, l3, l4, l5, l6)          \
    SLUICE_ADX_CLEAR6(l0, l1, l2, l3, l4, l5, l6)
// Subtracts m from the number l, unless that is below m; the registers c are scratch.
#define SLUICE_ADX_MOVE(l, c) "movq %[" #l "], " c "\n\t"
#define SLUICE_ADX_KEEP(l, c) "cmovcq " c ", %[" #l "]\n\t"
#define SLUICE_ADX_SUBTRACT4(l0, l1, l2, l3, c0)                                        \
    SLUICE_ADX_MOVE(l0, "%[u]") SLUICE_ADX_MOVE(l1, "%[v]")                             \
    SLUICE_ADX_MOVE(l2, "%%rdx") SLUICE_ADX_MOVE(l3, c0)                                \
    "subq (%[m]), %[" #l0 "]\n\t" "sbbq 8(%[m]), %[" #l1 "]\n\t"                        \
    "sbbq 16(%[m]), %[" #l2 "]\n\t" "sbbq 24(%[m]), %[" #l3 "]\n\t"                     \
    SLUICE_ADX_KEEP(l0, "%[u]") SLUICE_ADX_KEEP(l1, "%[v]")                             \
    SLUICE_ADX_KEEP(l2, "%%rdx") SLUICE_ADX_KEEP(l3, c0)
#define SLUICE_ADX_SUBTRACT6(l0, l1, l2, l3, l4, l5, c0, c1, c2)                        \
    SLUICE_ADX_MOVE(l0, "%[u]") SLUICE_ADX_MOVE(l1, "%[v]") SLUICE_ADX_MOVE(l2, "%%rdx") \
    SLUICE_ADX_MOVE(l3, c0) SLUICE_ADX_MOVE(l4, c1) SLUICE_ADX_MOVE(l5, c2)             \
    "subq (%[m]), %[" #l0 "]\n\t" "sbbq 8(%[m]), %[" #l1 "]\n\t"                        \
    "sbbq 16(%[m]), %[" #l2 "]\n\t" "sbbq 24(%[m]), %[" #l3 "]\n\t"                     \
    "sbbq 32(%[m]), %[" #l4 "]\n\t" "sbbq 40(%[m]), %[" #l5 "]\n\t"                     \
    SLUICE_ADX_KEEP(l0, "%[u]") SLUICE_ADX_KEEP(l1, "%[v]") SLUICE_ADX_KEEP(l2, "%%rdx") \
    SLUICE_ADX_KEEP(l3, c0) SLUICE_ADX_KEEP(l4, c1) SLUICE_ADX_KEEP(l5, c2)

// clang-format on

/// out = a b / 2^256 mod m for a, b below m, m below 2^254 and k = -1 / m mod 2^64.
inline void montgomery_product(Limbs<4>& out, const Limbs<4>& a, const Limbs<4>& b, const Limbs<4>& m,
                               std::uint64_t k) noexcept {
    std::uint64_t t0 = 0, t1 = 0, t2 = 0, t3 = 0, t4 = 0, u, v;
    asm(SLUICE_ADX_ROUND4("0", t0, t1, t2, t3, t4)   //
        SLUICE_ADX_ROUND4("8", t1, t2, t3, t4, t0)   //
        SLUICE_ADX_ROUND4("16", t2, t3, t4, t0, t1)  //
        SLUICE_ADX_ROUND4("24", t3, t4, t0, t1, t2)  //
        SLUICE_ADX_SUBTRACT4(t4, t0, t1, t2, "%[t3]")
        : [t0] "+&r"(t0), [t1] "+&r"(t1), [t2] "+&r"(t2), [t3] "+&r"(t3), [t4] "+&r"(t4), [u] "=&r"(u), [v] "=&r"(v)
        : [a] "r"(a), [b] "r"(b), [m] "r"(m), [k] "rm"(k)
        : "rdx", "cc", "memory");
    out[0] = t4;
    out[1] = t0;
    out[2] = t1;
    out[3] = t2;
}
/// The same for six limbs: out = a b / 2^384 mod m, m below 2^382.
inline void montgomery_product(Limbs<6>& out, const Limbs<6>& a, const Limbs<6>& b, const Limbs<6>& m,
                               std::uint64_t k) noexcept {
    std::uint64_t t0 = 0, t1 = 0, t2 = 0, t3 = 0, t4 = 0, t5 = 0, t6 = 0, u, v;
    const std::uint64_t *a_at = a, *b_at = b;
    asm(SLUICE_ADX_ROUND6("0", t0, t1, t2, t3, t4, t5, t6)   //
        SLUICE_ADX_ROUND6("8", t1, t2, t3, t4, t5, t6, t0)   //
        SLUICE_ADX_ROUND6("16", t2, t3, t4, t5, t6, t0, t1)  //
        SLUICE_ADX_ROUND6("24", t3, t4, t5, t6, t0, t1, t2)  //
        SLUICE_ADX_ROUND6("32", t4, t5, t6, t0, t1, t2, t3)  //
        SLUICE_ADX_ROUND6("40", t5, t6, t0, t1, t2, t3, t4)  //
        SLUICE_ADX_SUBTRACT6(t6, t0, t1, t2, t3, t4, "%[t5]", "%[a]", "%[b]")
        : [t0] "+&r"(t0), [t1] "+&r"(t1), [t2] "+&r"(t2), [t3] "+&r"(t3), [t4] "+&r"(t4), [t5] "+&r"(t5),
          [t6] "+&r"(t6), [u] "=&r"(u), [v] "=&r"(v), [a] "+&r"(a_at), [b] "+&r"(b_at)
        : [m] "r"(m), [k] "rm"(k)
        : "rdx", "cc", "memory");
    out[0] = t6;
    out[1] = t0;
    out[2] = t1;
    out[3] = t2;
    out[4] = t3;
    out[5] = t4;
}

/// out = (x0 y0 + x1 y1) / 2^256 mod m for x = (x0, x1) and y = (y0, y1), all four at most m; m and k as above.
inline void montgomery_sum_of_products(Limbs<4>& out, const Limbs<8>& x, const Limbs<8>& y, const Limbs<4>& m,
                                       std::uint64_t k) noexcept {
    std::uint64_t t0 = 0, t1 = 0, t2 = 0, t3 = 0, t4 = 0, u, v;
    asm(SLUICE_ADX_TWICE4("0", "32", t0, t1, t2, t3, t4)   //
        SLUICE_ADX_TWICE4("8", "40", t1, t2, t3, t4, t0)   //
        SLUICE_ADX_TWICE4("16", "48", t2, t3, t4, t0, t1)  //
        SLUICE_ADX_TWICE4("24", "56", t3, t4, t0, t1, t2)  //
        SLUICE_ADX_SUBTRACT4(t4, t0, t1, t2, "%[t3]")
        : [t0] "+&r"(t0), [t1] "+&r"(t1), [t2] "+&r"(t2), [t3] "+&r"(t3), [t4] "+&r"(t4), [u] "=&r"(u), [v] "=&r"(v)
        : [x] "r"(x), [y] "r"(y), [m] "r"(m), [k] "rm"(k)
        : "rdx", "cc", "memory");
    out[0] = t4;
    out[1] = t0;
    out[2] = t1;
    out[3] = t2;
}
inline void montgomery_sum_of_products(Limbs<6>& out, const Limbs<12>& x, const Limbs<12>& y, const Limbs<6>& m,
                                       std::uint64_t k) noexcept {
    std::uint64_t t0 = 0, t1 = 0, t2 = 0, t3 = 0, t4 = 0, t5 = 0, t6 = 0, u, v;
    const std::uint64_t *x_at = x, *y_at = y;
    asm(SLUICE_ADX_TWICE6("0", "48", t0, t1, t2, t3, t4, t5, t6)   //
        SLUICE_ADX_TWICE6("8", "56", t1, t2, t3, t4, t5, t6, t0)   //
        SLUICE_ADX_TWICE6("16", "64", t2, t3, t4, t5, t6, t0, t1)  //
        SLUICE_ADX_TWICE6("24", "72", t3, t4, t5, t6, t0, t1, t2)  //
        SLUICE_ADX_TWICE6("32", "80", t4, t5, t6, t0, t1, t2, t3)  //
        SLUICE_ADX_TWICE6("40", "88", t5, t6, t0, t1, t2, t3, t4)  //
        SLUICE_ADX_SUBTRACT6(t6, t0, t1, t2, t3, t4, "%[t5]", "%[x]", "%[y]")
        : [t0] "+&r"(t0), [t1] "+&r"(t1), [t2] "+&r"(t2), [t3] "+&r"(t3), [t4] "+&r"(t4), [t5] "+&r"(t5),
          [t6] "+&r"(t6), [u] "=&r"(u), [v] "=&r"(v), [x] "+&r"(x_at), [y] "+&r"(y_at)
        : [m] "r"(m), [k] "rm"(k)
        : "rdx", "cc", "memory");
    out[0] = t6;
    out[1] = t0;
    out[2] = t1;
    out[3] = t2;
    out[4] = t3;
    out[5] = t4;
}

// clang-format off

// (t3 .. t0) + fold (t7 .. t4), and once more what then stands above. The last addition cannot carry: after a wrap the
// number is below 2^67.
#define SLUICE_ADX_FOLD             \
    "movq %[fold], %%rdx\n\t"       \
    "xorl %k[u], %k[u]\n\t"         \
    "mulx %[t4], %[u], %[v]\n\t"    \
    "movl $0, %k[t4]\n\t"           \
    "adcx %[u], %[t0]\n\t"          \
    "adox %[v], %[t1]\n\t"          \
    SLUICE_ADX_STEP("%[t5]", t1, t2) \
    SLUICE_ADX_STEP("%[t6]", t2, t3) \
    "mulx %[t7], %[u], %[v]\n\t"    \
    "adcx %[u], %[t3]\n\t"          \
    "adox %[t4], %[v]\n\t"          \
    "adcx %[t4], %[v]\n\t"          \
    "mulx %[v], %[u], %[v]\n\t"     \
    "addq %[u], %[t0]\n\t"          \
    "adcq %[v], %[t1]\n\t"          \
    "adcq $0, %[t2]\n\t"            \
    "adcq $0, %[t3]\n\t"            \
    "sbbq %[u], %[u]\n\t"           \
    "andq %%rdx, %[u]\n\t"          \
    "addq %[u], %[t0]\n\t"          \
    "adcq $0, %[t1]\n\t"
// The same as a row of four where l4 is new: it is only written.
#define SLUICE_ADX_FIRST4(p, l0, l1, l2, l3, l4)    \
    "xorl %k[u], %k[u]\n\t"                         \
    SLUICE_ADX_STEP("(%[" #p "])", l0, l1)          \
    SLUICE_ADX_STEP("8(%[" #p "])", l1, l2)         \
    SLUICE_ADX_STEP("16(%[" #p "])", l2, l3)        \
    "mulx 24(%[" #p "]), %[u], %[" #l4 "]\n\t"      \
    "adcx %[u], %[" #l3 "]\n\t"                     \
    "movl $0, %k[u]\n\t"                            \
    "adox %[u], %[" #l4 "]\n\t"                     \
    "adcx %[u], %[" #l4 "]\n\t"

// clang-format on

/// out = a b modulo 2^256 - fold, below 2^256 but not always below the modulus; fold is below 2^34.
inline void multiply_folded(Limbs<4>& out, const Limbs<4>& a, const Limbs<4>& b, std::uint64_t fold) noexcept {
    std::uint64_t t0, t1, t2, t3, t4, t5, t6, t7, u, v;
    asm("movq (%[b]), %%rdx\n\t"
        "mulx (%[a]), %[t0], %[t1]\n\t"
        "mulx 8(%[a]), %[u], %[t2]\n\t"
        "addq %[u], %[t1]\n\t"
        "mulx 16(%[a]), %[u], %[t3]\n\t"
        "adcq %[u], %[t2]\n\t"
        "mulx 24(%[a]), %[u], %[t4]\n\t"
        "adcq %[u], %[t3]\n\t"
        "adcq $0, %[t4]\n\t"
        "movq 8(%[b]), %%rdx\n\t"                 //
        SLUICE_ADX_FIRST4(a, t1, t2, t3, t4, t5)  //
        "movq 16(%[b]), %%rdx\n\t"                //
        SLUICE_ADX_FIRST4(a, t2, t3, t4, t5, t6)  //
        "movq 24(%[b]), %%rdx\n\t"                //
        SLUICE_ADX_FIRST4(a, t3, t4, t5, t6, t7)  //
        SLUICE_ADX_FOLD
        : [t0] "=&r"(t0), [t1] "=&r"(t1), [t2] "=&r"(t2), [t3] "=&r"(t3), [t4] "=&r"(t4), [t5] "=&r"(t5),
          [t6] "=&r"(t6), [t7] "=&r"(t7), [u] "=&r"(u), [v] "=&r"(v)
        : [a] "r"(a), [b] "r"(b), [fold] "rm"(fold)
        : "rdx", "cc", "memory");
    out[0] = t0;
    out[1] = t1;
    out[2] = t2;
    out[3] = t3;
}
/// The same for a a: the mixed products once, then doubled while the squares are added.
inline void square_folded(Limbs<4>& out, const Limbs<4>& a, std::uint64_t fold) noexcept {
    std::uint64_t t0, t1, t2, t3, t4, t5, t6, t7, u, v;
    asm("movq (%[a]), %%rdx\n\t"
        "mulx 8(%[a]), %[t1], %[t2]\n\t"
        "mulx 16(%[a]), %[u], %[t3]\n\t"
        "addq %[u], %[t2]\n\t"
        "mulx 24(%[a]), %[u], %[t4]\n\t"
        "adcq %[u], %[t3]\n\t"
        "adcq $0, %[t4]\n\t"
        "movq 8(%[a]), %%rdx\n\t"
        "xorl %k[u], %k[u]\n\t"                   //
        SLUICE_ADX_STEP("16(%[a])", t3, t4)
        "mulx 24(%[a]), %[u], %[t5]\n\t"
        "adcx %[u], %[t4]\n\t"
        "movl $0, %k[u]\n\t"
        "adox %[u], %[t5]\n\t"
        "movq 16(%[a]), %%rdx\n\t"
        "mulx 24(%[a]), %[v], %[t6]\n\t"
        "adcx %[v], %[t5]\n\t"
        "adcx %[u], %[t6]\n\t"
        "xorl %k[t7], %k[t7]\n\t"
        "movq (%[a]), %%rdx\n\t"
        "mulx %%rdx, %[t0], %[u]\n\t"
        "adcx %[t1], %[t1]\n\t"
        "adox %[u], %[t1]\n\t"
        "movq 8(%[a]), %%rdx\n\t"
        "mulx %%rdx, %[u], %[v]\n\t"
        "adcx %[t2], %[t2]\n\t"
        "adox %[u], %[t2]\n\t"
        "adcx %[t3], %[t3]\n\t"
        "adox %[v], %[t3]\n\t"
        "movq 16(%[a]), %%rdx\n\t"
        "mulx %%rdx, %[u], %[v]\n\t"
        "adcx %[t4], %[t4]\n\t"
        "adox %[u], %[t4]\n\t"
        "adcx %[t5], %[t5]\n\t"
        "adox %[v], %[t5]\n\t"
        "movq 24(%[a]), %%rdx\n\t"
        "mulx %%rdx, %[u], %[v]\n\t"
        "adcx %[t6], %[t6]\n\t"
        "adox %[u], %[t6]\n\t"
        "adcx %[t7], %[t7]\n\t"
        "adox %[v], %[t7]\n\t"  //
        SLUICE_ADX_FOLD
        : [t0] "=&r"(t0), [t1] "=&r"(t1), [t2] "=&r"(t2), [t3] "=&r"(t3), [t4] "=&r"(t4), [t5] "=&r"(t5),
          [t6] "=&r"(t6), [t7] "=&r"(t7), [u] "=&r"(u), [v] "=&r"(v)
        : [a] "r"(a), [fold] "rm"(fold)
        : "rdx", "cc", "memory");
    out[0] = t0;
    out[1] = t1;
    out[2] = t2;
    out[3] = t3;
}

#undef SLUICE_ADX_STEP
#undef SLUICE_ADX_ROW4
#undef SLUICE_ADX_ROW6
#undef SLUICE_ADX_CLEAR4
#undef SLUICE_ADX_CLEAR6
#undef SLUICE_ADX_ROUND4
#undef SLUICE_ADX_ROUND6
#undef SLUICE_ADX_TWICE4
#undef SLUICE_ADX_TWICE6
#undef SLUICE_ADX_MOVE
#undef SLUICE_ADX_KEEP
#undef SLUICE_ADX_SUBTRACT4
#undef SLUICE_ADX_SUBTRACT6
#undef SLUICE_ADX_FOLD
#undef SLUICE_ADX_FIRST4

}  // namespace sluice::crypto::soft::adx

#endif
