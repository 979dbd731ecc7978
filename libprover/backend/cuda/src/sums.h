// The host's side of sum_kernels.h. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

#include "buffer.h"
#include "launch.h"
#include "sluice/backend/rounds.h"
#include "sluice/math/multilinear.h"
#include "sum_kernels.h"

namespace sluice::backend_cuda {

/// Blocks of a sum: enough to fill a card.
inline constexpr std::uint64_t kMaxSumBlocks = 1024;

template <class Term>
[[nodiscard]] std::uint64_t sum_blocks(std::uint64_t count, std::uint64_t most = kMaxSumBlocks) noexcept {
    constexpr std::uint64_t kThreads = SumBlocks<Term>::kThreads;
    return std::min((count + kThreads - 1) / kThreads, most);
}

/// The sum of `count` values on the device, which are overwritten.
template <class Value>
[[nodiscard]] Value add_up(const Context& context, DevicePointer<Value> partial, std::uint64_t count,
                           const Place& place = Place::current()) {
    Value total{};
    if (count == 0) return total;
    // One block: all are read before any is written.
    if (count > 1) launch(context.stream, 1, SumBlocks<PartialSums<Value>>{{partial}, count, 1, partial}, place);
    context.stream.download(&total, partial.raw(), sizeof(Value), place);
    return total;
}

/// The sum of term(i, thread) for i < count.
template <class Term>
[[nodiscard]] typename Term::Value sum(const Context& context, std::uint64_t count, const Term& term,
                                       const Place& place = Place::current()) {
    if (count == 0) return {};
    const std::uint64_t blocks = sum_blocks<Term>(count);
    const DeviceBuffer<typename Term::Value> partial(context, blocks, place);
    launch(context.stream, blocks, SumBlocks<Term>{term, count, blocks, partial.data()}, place);
    return add_up(context, partial.data(), blocks, place);
}

/// What the second of two rounds needs, with its variable at j, once that of the first is bound to r.
template <unsigned D>
[[nodiscard]] Extension<D> second_round(const TwoRoundSums<D>& sums, unsigned j, const Extension<D>& r) {
    return backend::quadratic_at(sums.value[j], sums.value[3 + j], sums.value[6 + j], r);
}

/// Most that `sum` takes for N sums.
template <unsigned D, unsigned N>
[[nodiscard]] constexpr std::uint64_t sum_bytes() noexcept {
    return aligned(kMaxSumBlocks * sizeof(Sums<D, N>));
}

/// The tables behind an EqView, for points of up to `variables`.
template <unsigned D>
class EqTable {
    using Split = math::SplitEq<Extension<D>>;

 public:
    EqTable() = default;
    EqTable(const Context& context, unsigned variables) : memory_(context, Split::table_size(variables)) {}

    /// Tables of scale * eq(point, .), good until the next call.
    [[nodiscard]] EqView<D> fill(const Context& context, std::span<const Extension<D>> point,
                                 const Extension<D>& scale = Extension<D>::one()) const {
        FillEq<D> kernel{};
        std::copy(point.begin(), point.end(), kernel.point);
        kernel.variables = static_cast<unsigned>(point.size());
        kernel.scale = scale;
        kernel.out.low_bits = Split::low_bits_for(point.size());
        kernel.out.low = memory_.view();
        kernel.out.high = memory_.view().at(std::uint64_t{1} << kernel.out.low_bits);
        launch(context.stream, Split::table_size(point.size()), kernel);
        return kernel.out;
    }
    [[nodiscard]] static std::uint64_t bytes_for(unsigned variables) noexcept {
        return ExtBuffer<D>::bytes_for(Split::table_size(variables));
    }

 private:
    ExtBuffer<D> memory_;
};

}  // namespace sluice::backend_cuda
