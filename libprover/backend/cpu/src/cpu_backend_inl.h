// The operations of backend.h over main memory and threads. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"

#include "basefold.h"
#include "buffer.h"
#include "commitment.h"
#include "context.h"
#include "gkr.h"
#include "jagged.h"
#include "kernels.h"
#include "parallel.h"
#include "plan.h"
#include "sluice/backend/checks.h"
#include "sluice/backend_cpu/cpu_backend.h"
#include "whir.h"
#include "zerocheck.h"

namespace sluice::backend_cpu {

template <unsigned D, class Hasher>
class CpuBackendImpl final : public CpuBackend<D, Hasher> {
    using Base = backend::Backend<D, Hasher>;
    using typename Base::ChannelType;
    using typename Base::CommitmentType;
    using typename Base::Digest;
    using typename Base::TableType;

 public:
    explicit CpuBackendImpl(const CpuOptions& options)
        : pool_(options.threads), scratch_(memory_), context_{pool_, memory_, kernels<D>()} {}

    std::string_view name() const noexcept override { return "cpu"; }
    std::string_view instruction_set() const noexcept override { return context_.kernels.name; }
    unsigned threads() const noexcept override { return pool_.threads(); }
    std::uint64_t memory_bytes() const noexcept override { return memory_.current(); }
    std::uint64_t peak_memory_bytes() const noexcept override { return memory_.peak(); }
    void reset_peak_memory() noexcept override { memory_.reset_peak(); }

    std::uint64_t plan_bytes(const backend::TableShape& shape, const params::Opening& opening) const override {
        return plan_table<D, Hasher>(shape, opening, pool_.threads(), twiddles_ == nullptr ? 0 : twiddles_->max_log())
            .peak();
    }

    absl::StatusOr<std::unique_ptr<CommitmentType>> commit(
        const backend::TableShape& shape, const params::Opening& opening, machine::Group group,
        std::span<const std::span<const KoalaBear>> columns) override {
        const std::size_t g = static_cast<std::size_t>(group);
        const unsigned h = shape.stack_height;
        if (absl::Status status = backend::check_columns(shape, opening, group, columns); !status.ok()) return status;
        return guarded<std::unique_ptr<CommitmentType>>([&]() -> absl::StatusOr<std::unique_ptr<CommitmentType>> {
            const backend::Layout layout = backend::make_layout(shape.machine, shape.heights, h);
            const std::uint32_t width = layout.widths[g];
            const std::size_t size = std::size_t{width} << h;
            Buffer<KoalaBear> dense(memory_, size + kOverrun);
            std::size_t at = 0;
            for (const std::span<const KoalaBear> part : columns) {
                std::copy(part.begin(), part.end(), dense.data() + at);
                at += part.size();
            }
            std::fill(dense.data() + at, dense.data() + dense.size(), KoalaBear::zero());
            Oracle<Hasher> oracle;
            Digest root{};
            if (width != 0) {
                oracle = make_oracle<Hasher>(pool_, memory_, twiddles(opening.domain_log_size(h, 0)), opening, h, 0,
                                             dense.data(), std::size_t{1} << h, width, hash::LeafOrder::by_column);
                root = oracle.tree().root();
            }
            return std::make_unique<CpuCommitment<Hasher>>(root, width, std::move(dense), std::move(oracle));
        });
    }

    absl::StatusOr<KoalaBear> grind(hash::Transcript<Hasher>& transcript, std::string_view label,
                                    unsigned bits) override {
        const std::optional<KoalaBear> nonce = find_nonce(transcript, bits);
        if (!nonce || !transcript.check_grinding(label, bits, *nonce)) {
            return absl::InternalError(
                absl::StrCat("grinding ", std::string(label), ": no nonce gives ", bits, " zero bits"));
        }
        return *nonce;
    }
    absl::Status grind(ChannelType& channel, std::string_view label, unsigned bits) override {
        if (bits == 0) return absl::OkStatus();
        const absl::StatusOr<KoalaBear> nonce = grind(channel.transcript(), label, bits);
        if (!nonce.ok()) return nonce.status();
        channel.writer().element(*nonce);
        return absl::OkStatus();
    }

    absl::StatusOr<backend::LeafClaims<D>> prove_gkr(const TableType& table,
                                                     const backend::FingerprintChallenges<D>& challenges,
                                                     ChannelType& channel) override {
        return guarded<backend::LeafClaims<D>>(
            [&] { return GkrProver<D, Hasher>(context_, scratch_, table, challenges).prove(channel); });
    }
    absl::StatusOr<backend::ColumnClaims<D>> prove_zerocheck(const TableType& table,
                                                             const backend::FingerprintChallenges<D>& challenges,
                                                             const backend::LeafClaims<D>& leaves,
                                                             ChannelType& channel) override {
        return guarded<backend::ColumnClaims<D>>(
            [&] { return ZerocheckProver<D, Hasher>(context_, scratch_, table, challenges, leaves).prove(channel); });
    }
    absl::StatusOr<backend::StackClaims<D>> prove_jagged(const TableType& table,
                                                         const backend::ColumnClaims<D>& columns,
                                                         ChannelType& channel) override {
        return guarded<backend::StackClaims<D>>(
            [&] { return JaggedProver<D, Hasher>(context_, table, columns).prove(channel); });
    }
    absl::Status prove_opening(const TableType& table, const backend::StackClaims<D>& stack,
                               ChannelType& channel) override {
        return guarded<bool>([&]() -> absl::StatusOr<bool> {
                   const auto grind_bits = [this](ChannelType& to, std::string_view label, unsigned bits) {
                       return grind(to, label, bits);
                   };
                   const simd::Twiddles& roots =
                       twiddles(table.opening->largest_domain_log_size(table.shape->stack_height));
                   const absl::Status status =
                       table.opening->kind == params::OpeningKind::basefold
                           ? BasefoldProver<D, Hasher>(context_, roots, table, stack, grind_bits).prove(channel)
                           : WhirProver<D, Hasher>(context_, roots, table, stack, grind_bits).prove(channel);
                   if (!status.ok()) return status;
                   return true;
               })
            .status();
    }

 private:
    template <class Result, class Run>
    absl::StatusOr<Result> guarded(const Run& run) {
        try {
            return run();
        } catch (const std::bad_alloc&) {
            return absl::ResourceExhaustedError(absl::StrCat("cpu backend: out of memory with ", memory_.current(),
                                                             " bytes in use; see Backend::plan_bytes"));
        }
    }

    /// Roots of unity for code words of 2^log_size elements.
    const simd::Twiddles& twiddles(unsigned log_size) {
        if (twiddles_ == nullptr || twiddles_->max_log() < log_size) {
            if (twiddles_ != nullptr) memory_.remove(twiddle_bytes(twiddles_->max_log()));
            twiddles_ = std::make_unique<simd::Twiddles>(log_size);
            memory_.add(twiddle_bytes(log_size));
        }
        return *twiddles_;
    }

    /// hash::grind on all threads: ranges of nonces in ascending order, until one of them has a nonce.
    std::optional<KoalaBear> find_nonce(const hash::Transcript<Hasher>& transcript, unsigned bits) {
        if (bits == 0) return KoalaBear::zero();
        if (bits > hash::kMaxSampleBits) return std::nullopt;
        const hash::GrindingStart<Hasher> start = transcript.grinding_start();
        constexpr std::uint32_t kChunk = 2048;
        const std::uint32_t chunks = 4 * pool_.threads();
        for (std::uint64_t from = 0; from < KoalaBear::kModulus; from += std::uint64_t{kChunk} * chunks) {
            std::atomic<std::uint32_t> best{KoalaBear::kModulus};
            pool_.for_each(chunks, [&](std::size_t chunk) {
                const std::uint64_t first = from + chunk * kChunk;
                const std::uint64_t last = std::min<std::uint64_t>(first + kChunk, KoalaBear::kModulus);
                if (first >= last || first > best.load()) return;
                const std::optional<KoalaBear> found = hash::batch::find_nonce<Hasher>(
                    start, bits, static_cast<std::uint32_t>(first), static_cast<std::uint32_t>(last - first));
                if (!found) return;
                const std::uint32_t nonce = found->canonical();
                std::uint32_t current = best.load();
                while (nonce < current && !best.compare_exchange_weak(current, nonce)) {
                }
            });
            if (best.load() < KoalaBear::kModulus) return KoalaBear::from_canonical(best.load());
        }
        return std::nullopt;
    }

    mutable Pool pool_;
    Memory memory_;
    ScratchPool scratch_;
    Context<D> context_;
    std::unique_ptr<simd::Twiddles> twiddles_;
};

}  // namespace sluice::backend_cpu
