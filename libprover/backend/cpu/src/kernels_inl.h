// The kernels, written once for any kind of lanes. SPDX-License-Identifier: MIT OR Apache-2.0
//
// Included by kernels.cpp, which makes one table for each instruction set; see kernels.h for what each does.

template <unsigned D>
struct KernelsOver {
    using Ext = Extension<D>;
    using View = ExtView<D>;
    using V = ExtensionLanes<D>;
    using F = ExtensionFactor<D>;
    static constexpr std::size_t kStep = Lanes::kCount;

    /// An element that is multiplied with many of the prime field.
    struct Spread {
        Factor limb[D];
        static Spread broadcast(const Ext& value) noexcept {
            Spread result;
            for (unsigned l = 0; l < D; ++l) result.limb[l] = Factor::broadcast(value.limb[l]);
            return result;
        }
    };
    static V times(const Spread& factor, Lanes value) noexcept {
        const Factor prepared = Factor::of(value);
        V result;
        for (unsigned l = 0; l < D; ++l)
            result.limb[l] = WideLanes::product(prepared, factor.limb[l]).reduced_product();
        return result;
    }

    static V load(View view, std::size_t i) noexcept { return V::load(view.base + i, view.stride); }
    static void load_pairs(View view, std::size_t i, V& even, V& odd) noexcept {
        V::load_pairs(view.base + i, view.stride, even, odd);
    }
    static void load_quads(View view, std::size_t i, V& a, V& b, V& c, V& d) noexcept {
        V::load_quads(view.base + i, view.stride, a, b, c, d);
    }
    static void store(const V& value, View view, std::size_t i) noexcept { value.store(view.base + i, view.stride); }

    static void split(View low, View high, const Ext& r, std::size_t count) {
        const F factor = F::broadcast(r);
        for (std::size_t x = 0; x < count; x += kStep) {
            const V value = load(low, x);
            const V upper = value * factor;
            store(upper, high, x);
            store(value - upper, low, x);
        }
    }
    static void add_pairs(View in, View out, std::size_t count) {
        for (std::size_t x = 0; x < count; x += kStep) {
            V even, odd;
            load_pairs(in, 2 * x, even, odd);
            store(even + odd, out, x);
        }
    }
    static void fold(View in, const Ext& r, View out, std::size_t count) {
        const F factor = F::broadcast(r);
        for (std::size_t x = 0; x < count; x += kStep) {
            V even, odd;
            load_pairs(in, 2 * x, even, odd);
            store(even + (odd - even) * factor, out, x);
        }
    }
    static void fold_base(const KoalaBear* in, const Ext& r, View out, std::size_t count) {
        const Spread factor = Spread::broadcast(r);
        for (std::size_t x = 0; x < count; x += kStep) {
            Lanes even, odd;
            Lanes::load_pairs(in + 2 * x, even, odd);
            V value = times(factor, odd - even);
            value.limb[0] = value.limb[0] + even;
            store(value, out, x);
        }
    }
    static void fold_quads_base(const KoalaBear* in, const Ext* weights, View out, std::size_t count) {
        const Spread w0 = Spread::broadcast(weights[0]), w1 = Spread::broadcast(weights[1]);
        const Spread w2 = Spread::broadcast(weights[2]), w3 = Spread::broadcast(weights[3]);
        for (std::size_t x = 0; x < count; x += kStep) {
            Lanes a, b, c, d;
            Lanes::load_quads(in + 4 * x, a, b, c, d);
            store(times(w0, a) + times(w1, b) + times(w2, c) + times(w3, d), out, x);
        }
    }
    static void scale(View in, const Ext& factor, View out, std::size_t count) {
        const F by = F::broadcast(factor);
        for (std::size_t x = 0; x < count; x += kStep) store(load(in, x) * by, out, x);
    }

    static Ext dot_base(View weights, const KoalaBear* values, std::size_t count) {
        V sum = V::zero();
        for (std::size_t x = 0; x < count; x += kStep) sum = sum + load(weights, x) * Lanes::load(values + x);
        return sum.sum();
    }
    static Ext dot(View weights, View values, std::size_t count) {
        V sum = V::zero();
        for (std::size_t x = 0; x < count; x += kStep) sum = sum + load(weights, x) * load(values, x);
        return sum.sum();
    }
    static Pair<D> pair_sums(View weights, View values, std::size_t count) {
        V even_sum = V::zero(), odd_sum = V::zero();
        for (std::size_t x = 0; x < count; x += kStep) {
            const V weight = load(weights, x);
            V even, odd;
            load_pairs(values, 2 * x, even, odd);
            even_sum = even_sum + weight * even;
            odd_sum = odd_sum + weight * odd;
        }
        return {even_sum.sum(), odd_sum.sum()};
    }
    static Corners<D> corner_sums(View weights, const KoalaBear* values, std::size_t count) {
        V sums[4] = {V::zero(), V::zero(), V::zero(), V::zero()};
        for (std::size_t x = 0; x < count; x += kStep) {
            const V weight = load(weights, x);
            Lanes a, b, c, d;
            Lanes::load_quads(values + 4 * x, a, b, c, d);
            sums[0] = sums[0] + weight * a;
            sums[1] = sums[1] + weight * b;
            sums[2] = sums[2] + weight * c;
            sums[3] = sums[3] + weight * d;
        }
        return {{sums[0].sum(), sums[1].sum(), sums[2].sum(), sums[3].sum()}};
    }
    static Pair<D> inner(View a, View b, std::size_t count) {
        V at = V::zero(), top = V::zero();
        for (std::size_t x = 0; x < count; x += kStep) {
            V a0, a1, b0, b1;
            load_pairs(a, 2 * x, a0, a1);
            load_pairs(b, 2 * x, b0, b1);
            at = at + a0 * b0;
            top = top + (a1 - a0) * (b1 - b0);
        }
        return {at.sum(), top.sum()};
    }

    static void product_up(View in, View out, std::size_t count) {
        for (std::size_t x = 0; x < count; x += kStep) {
            V even, odd;
            load_pairs(in, 2 * x, even, odd);
            store(even * odd, out, x);
        }
    }
    static void fraction_up(View numerators, View denominators, View numerators_out, View denominators_out,
                            std::size_t count) {
        for (std::size_t x = 0; x < count; x += kStep) {
            V n0, n1, d0, d1;
            load_pairs(numerators, 2 * x, n0, n1);
            load_pairs(denominators, 2 * x, d0, d1);
            store(n0 * d1 + n1 * d0, numerators_out, x);
            store(d0 * d1, denominators_out, x);
        }
    }
    static void fraction_up_leaves(const KoalaBear* numerators, View denominators, View numerators_out,
                                   View denominators_out, std::size_t count) {
        for (std::size_t x = 0; x < count; x += kStep) {
            Lanes n0, n1;
            V d0, d1;
            Lanes::load_pairs(numerators + 2 * x, n0, n1);
            load_pairs(denominators, 2 * x, d0, d1);
            store(d1 * n0 + d0 * n1, numerators_out, x);
            store(d0 * d1, denominators_out, x);
        }
    }

    static Pair<D> product_eval_children(View children, View eq, std::size_t count, bool at_one) {
        V at = V::zero(), top = V::zero();
        for (std::size_t z = 0; z < count; z += kStep) {
            V a0, b0, a1, b1;
            load_quads(children, 4 * z, a0, b0, a1, b1);
            const V weight = load(eq, z);
            at = at + weight * (at_one ? a1 * b1 : a0 * b0);
            top = top + weight * ((a1 - a0) * (b1 - b0));
        }
        return {at.sum(), top.sum()};
    }
    static Pair<D> product_eval(View c0, View c1, View eq, std::size_t count, bool at_one) {
        V at = V::zero(), top = V::zero();
        for (std::size_t z = 0; z < count; z += kStep) {
            V a0, a1, b0, b1;
            load_pairs(c0, 2 * z, a0, a1);
            load_pairs(c1, 2 * z, b0, b1);
            const V weight = load(eq, z);
            at = at + weight * (at_one ? a1 * b1 : a0 * b0);
            top = top + weight * ((a1 - a0) * (b1 - b0));
        }
        return {at.sum(), top.sum()};
    }
    static void product_fold_children(View children, const Ext& r, View c0, View c1, std::size_t count) {
        const F factor = F::broadcast(r);
        for (std::size_t z = 0; z < count; z += kStep) {
            V a0, b0, a1, b1;
            load_quads(children, 4 * z, a0, b0, a1, b1);
            store(a0 + (a1 - a0) * factor, c0, z);
            store(b0 + (b1 - b0) * factor, c1, z);
        }
    }

    /// The terms of fractions from n0 + lambda d0, n1, d0, d1 at both ends of a line.
    struct FractionSums {
        V at, top;
        static FractionSums zero() noexcept { return {V::zero(), V::zero()}; }
        void add(const V& weight, const V& n0a, const V& n0b, const V& n1a, const V& n1b, const V& d0a, const V& d0b,
                 const V& d1a, const V& d1b, bool at_one) noexcept {
            at = at + weight * (at_one ? d1b * n0b + d0b * n1b : d1a * n0a + d0a * n1a);
            top = top + weight * ((d1b - d1a) * (n0b - n0a) + (d0b - d0a) * (n1b - n1a));
        }
        [[nodiscard]] Pair<D> result() const noexcept { return {at.sum(), top.sum()}; }
    };
    static Pair<D> fraction_eval_children(View numerators, View denominators, const Ext& lambda, View eq,
                                          std::size_t count, bool at_one) {
        const F factor = F::broadcast(lambda);
        FractionSums sums = FractionSums::zero();
        for (std::size_t z = 0; z < count; z += kStep) {
            V n0a, n1a, n0b, n1b, d0a, d1a, d0b, d1b;
            load_quads(numerators, 4 * z, n0a, n1a, n0b, n1b);
            load_quads(denominators, 4 * z, d0a, d1a, d0b, d1b);
            sums.add(load(eq, z), n0a + d0a * factor, n0b + d0b * factor, n1a, n1b, d0a, d0b, d1a, d1b, at_one);
        }
        return sums.result();
    }
    static Pair<D> fraction_eval_leaves(const KoalaBear* numerators, View denominators, const Ext& lambda, View eq,
                                        std::size_t count, bool at_one) {
        const F factor = F::broadcast(lambda);
        V at = V::zero(), top = V::zero();
        for (std::size_t z = 0; z < count; z += kStep) {
            Lanes n0a, n1a, n0b, n1b;
            V d0a, d1a, d0b, d1b;
            Lanes::load_quads(numerators + 4 * z, n0a, n1a, n0b, n1b);
            load_quads(denominators, 4 * z, d0a, d1a, d0b, d1b);
            const V weight = load(eq, z);
            // Numerators are in the prime field: n0 d1 + n1 d0 + lambda d0 d1 is cheapest as it stands.
            const V& d0 = at_one ? d0b : d0a;
            const V& d1 = at_one ? d1b : d1a;
            at = at + weight * (d1 * (at_one ? n0b : n0a) + d0 * (at_one ? n1b : n1a) + (d0 * d1) * factor);
            const V d0t = d0b - d0a;
            const V d1t = d1b - d1a;
            top = top + weight * (d1t * (n0b - n0a) + d0t * (n1b - n1a) + (d0t * d1t) * factor);
        }
        return {at.sum(), top.sum()};
    }
    static Pair<D> fraction_eval(View n0, View n1, View d0, View d1, View eq, std::size_t count, bool at_one) {
        FractionSums sums = FractionSums::zero();
        for (std::size_t z = 0; z < count; z += kStep) {
            V n0a, n1a, n0b, n1b, d0a, d1a, d0b, d1b;
            load_pairs(n0, 2 * z, n0a, n0b);
            load_pairs(n1, 2 * z, n1a, n1b);
            load_pairs(d0, 2 * z, d0a, d0b);
            load_pairs(d1, 2 * z, d1a, d1b);
            sums.add(load(eq, z), n0a, n0b, n1a, n1b, d0a, d0b, d1a, d1b, at_one);
        }
        return sums.result();
    }
    static void fraction_fold_children(View numerators, View denominators, const Ext& lambda, const Ext& r, View n0,
                                       View n1, View d0, View d1, std::size_t count) {
        const F factor = F::broadcast(r);
        const F mix = F::broadcast(lambda);
        for (std::size_t z = 0; z < count; z += kStep) {
            V n0a, n1a, n0b, n1b, d0a, d1a, d0b, d1b;
            load_quads(numerators, 4 * z, n0a, n1a, n0b, n1b);
            load_quads(denominators, 4 * z, d0a, d1a, d0b, d1b);
            const V d0r = d0a + (d0b - d0a) * factor;
            store(n0a + (n0b - n0a) * factor + d0r * mix, n0, z);
            store(n1a + (n1b - n1a) * factor, n1, z);
            store(d0r, d0, z);
            store(d1a + (d1b - d1a) * factor, d1, z);
        }
    }
    static void fraction_fold_leaves(const KoalaBear* numerators, View denominators, const Ext& lambda, const Ext& r,
                                     View n0, View n1, View d0, View d1, std::size_t count) {
        const F factor = F::broadcast(r);
        const Spread spread = Spread::broadcast(r);
        const F mix = F::broadcast(lambda);
        for (std::size_t z = 0; z < count; z += kStep) {
            Lanes n0a, n1a, n0b, n1b;
            V d0a, d1a, d0b, d1b;
            Lanes::load_quads(numerators + 4 * z, n0a, n1a, n0b, n1b);
            load_quads(denominators, 4 * z, d0a, d1a, d0b, d1b);
            const V d0r = d0a + (d0b - d0a) * factor;
            V n0r = times(spread, n0b - n0a) + d0r * mix;
            n0r.limb[0] = n0r.limb[0] + n0a;
            V n1r = times(spread, n1b - n1a);
            n1r.limb[0] = n1r.limb[0] + n1a;
            store(n0r, n0, z);
            store(n1r, n1, z);
            store(d0r, d0, z);
            store(d1a + (d1b - d1a) * factor, d1, z);
        }
    }

    static Lanes at_point(LinePoint point, Lanes even, Lanes odd) noexcept {
        switch (point) {
            case LinePoint::zero:
                return even;
            case LinePoint::one:
                return odd;
            case LinePoint::two:
                return odd + (odd - even);
            default:
                return even + (even - odd);
        }
    }
    static void line(const KoalaBear* in, LinePoint point, KoalaBear* out, std::size_t count) {
        for (std::size_t x = 0; x < count; x += kStep) {
            Lanes even, odd;
            Lanes::load_pairs(in + 2 * x, even, odd);
            at_point(point, even, odd).store(out + x);
        }
    }
    static void form_line(View in, LinePoint point, const Ext& constant, View out, std::size_t count) {
        for (unsigned l = 0; l < D; ++l) {
            const Lanes more = Lanes::broadcast(constant.limb[l]);
            for (std::size_t x = 0; x < count; x += kStep) {
                Lanes even, odd;
                Lanes::load_pairs(in.base + l * in.stride + 2 * x, even, odd);
                (at_point(point, even, odd) + more).store(out.base + l * out.stride + x);
            }
        }
    }

    template <class Operation>
    static void over_base(TileOperand a, TileOperand b, KoalaBear* out, std::size_t count, Operation operation) {
        if (a.scalar) {
            const Lanes fixed = Lanes::broadcast(*a.data);
            for (std::size_t x = 0; x < count; x += kStep) operation(fixed, Lanes::load(b.data + x)).store(out + x);
        } else if (b.scalar) {
            const Lanes fixed = Lanes::broadcast(*b.data);
            for (std::size_t x = 0; x < count; x += kStep) operation(Lanes::load(a.data + x), fixed).store(out + x);
        } else {
            for (std::size_t x = 0; x < count; x += kStep)
                operation(Lanes::load(a.data + x), Lanes::load(b.data + x)).store(out + x);
        }
    }
    static void base_operation(Step::Kind kind, TileOperand a, TileOperand b, KoalaBear* out, std::size_t count) {
        switch (kind) {
            case Step::Kind::add:
                return over_base(a, b, out, count, [](Lanes x, Lanes y) HWY_ATTR { return x + y; });
            case Step::Kind::sub:
                return over_base(a, b, out, count, [](Lanes x, Lanes y) HWY_ATTR { return x - y; });
            case Step::Kind::mul:
                return over_base(a, b, out, count, [](Lanes x, Lanes y) HWY_ATTR { return x * y; });
            case Step::Kind::use:
                return;
        }
    }
    static V load_operand(const TileOperand& operand, std::size_t x) noexcept {
        if (operand.scalar) return V::broadcast(Ext::from_base(*operand.data));
        return V::load(operand.data + x, operand.stride);
    }
    static void ext_operation(Step::Kind kind, TileOperand a, TileOperand b, View out, std::size_t count) {
        switch (kind) {
            case Step::Kind::add:
                for (std::size_t x = 0; x < count; x += kStep) store(load_operand(a, x) + load_operand(b, x), out, x);
                return;
            case Step::Kind::sub:
                for (std::size_t x = 0; x < count; x += kStep) store(load_operand(a, x) - load_operand(b, x), out, x);
                return;
            case Step::Kind::mul:
                if (a.scalar || b.scalar) {
                    const Lanes fixed = Lanes::broadcast(a.scalar ? *a.data : *b.data);
                    const TileOperand& other = a.scalar ? b : a;
                    for (std::size_t x = 0; x < count; x += kStep) store(load_operand(other, x) * fixed, out, x);
                } else {
                    for (std::size_t x = 0; x < count; x += kStep)
                        store(load_operand(a, x) * load_operand(b, x), out, x);
                }
                return;
            case Step::Kind::use:
                return;
        }
    }
    static void accumulate_base(View sum, const Ext& weight, const KoalaBear* values, std::size_t count) {
        const Spread factor = Spread::broadcast(weight);
        for (std::size_t x = 0; x < count; x += kStep)
            store(load(sum, x) + times(factor, Lanes::load(values + x)), sum, x);
    }
    static void accumulate(View sum, const Ext& weight, View values, std::size_t count) {
        const F factor = F::broadcast(weight);
        for (std::size_t x = 0; x < count; x += kStep) store(load(sum, x) + load(values, x) * factor, sum, x);
    }
    static void accumulate_product_base(View sum, View factors, const KoalaBear* values, std::size_t count) {
        for (std::size_t x = 0; x < count; x += kStep)
            store(load(sum, x) + load(factors, x) * Lanes::load(values + x), sum, x);
    }
    static void accumulate_product(View sum, View factors, View values, std::size_t count) {
        for (std::size_t x = 0; x < count; x += kStep) store(load(sum, x) + load(factors, x) * load(values, x), sum, x);
    }
    static void record_leaves(View factors, const KoalaBear* selectors, View out, std::size_t count) {
        const Lanes one = Lanes::broadcast(KoalaBear::one());
        for (std::size_t x = 0; x < count; x += kStep) {
            V value = load(factors, x) * Lanes::load(selectors + x);
            value.limb[0] = value.limb[0] + one;
            store(value, out, x);
        }
    }

    static KernelTable<D> table(const char* name) {
        return {.name = name,
                .split = split,
                .add_pairs = add_pairs,
                .fold = fold,
                .fold_base = fold_base,
                .fold_quads_base = fold_quads_base,
                .scale = scale,
                .dot_base = dot_base,
                .dot = dot,
                .pair_sums = pair_sums,
                .corner_sums = corner_sums,
                .inner = inner,
                .product_up = product_up,
                .fraction_up = fraction_up,
                .fraction_up_leaves = fraction_up_leaves,
                .product_eval_children = product_eval_children,
                .product_eval = product_eval,
                .product_fold_children = product_fold_children,
                .fraction_eval_children = fraction_eval_children,
                .fraction_eval_leaves = fraction_eval_leaves,
                .fraction_eval = fraction_eval,
                .fraction_fold_children = fraction_fold_children,
                .fraction_fold_leaves = fraction_fold_leaves,
                .line = line,
                .form_line = form_line,
                .base_operation = base_operation,
                .ext_operation = ext_operation,
                .accumulate_base = accumulate_base,
                .accumulate = accumulate,
                .accumulate_product_base = accumulate_product_base,
                .accumulate_product = accumulate_product,
                .record_leaves = record_leaves};
    }
};
