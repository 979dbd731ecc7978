// The operations of backend.h on a device. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"

#include "basefold.h"
#include "gkr.h"
#include "jagged.h"
#include "oracle.h"
#include "sluice/backend/checks.h"
#include "sluice/backend_cuda/cuda_backend.h"
#include "whir.h"
#include "zerocheck.h"

namespace sluice::backend_cuda {

template <unsigned D, class Hasher>
class CudaBackendImpl final : public CudaBackend<D, Hasher> {
    using Base = backend::Backend<D, Hasher>;
    using typename Base::ChannelType;
    using typename Base::CommitmentType;
    using typename Base::TableType;

 public:
    /// Memory and stream for proving, and for what is sent meanwhile.
    struct Lane {
        std::shared_ptr<Pool> pool;
        std::unique_ptr<Stream> stream;
    };

    CudaBackendImpl(std::shared_ptr<Device> device, Lane proving, Lane staging, const Tuning& tuning)
        : device_(std::move(device)),
          pool_(std::move(proving.pool)),
          stream_(std::move(proving.stream)),
          context_{*pool_, *stream_, tuning},
          roots_(context_),
          staging_(std::move(staging)) {}

    std::string_view name() const noexcept override { return stream_->host() != nullptr ? "cuda-host" : "cuda"; }
    const std::string& device() const noexcept override { return device_->description(); }
    std::uint64_t memory_bytes() const noexcept override { return pool_->current() + staging_.pool->current(); }
    std::uint64_t peak_memory_bytes() const noexcept override { return pool_->peak(); }
    void reset_peak_memory() noexcept override { pool_->reset_peak(); }
    std::uint64_t capacity_bytes() const noexcept override { return pool_->capacity(); }
    std::vector<SpanTime> take_spans() override {
        try {
            std::vector<SpanTime> times = stream_->take_spans();
            const std::lock_guard lock(staging_mutex_);
            for (const SpanTime& span : staging_.stream->take_spans()) times.push_back(span);
            return times;
        } catch (const Failure&) {
            return {};
        }
    }
    void fail_allocations_after(std::uint64_t count) noexcept override { pool_->fail_after(count); }

    std::uint64_t plan_bytes(const backend::TableShape& shape, const params::Opening& opening) const override {
        const backend::Layout layout = backend::make_layout(shape.machine, shape.heights, shape.stack_height);
        std::uint64_t commitments = RootTables::bytes();
        for (const std::uint32_t width : layout.widths) {
            if (width == 0) continue;
            commitments += aligned((std::uint64_t{width} << shape.stack_height) * sizeof(KoalaBear)) +
                           oracle_bytes<Hasher>(opening, shape.stack_height, 0, width);
        }
        const std::uint64_t open = opening.kind == params::OpeningKind::basefold
                                       ? BasefoldProver<D, Hasher>::plan(shape, opening)
                                       : WhirProver<D, Hasher>::plan(shape, opening);
        return commitments + std::max({GkrProver<D, Hasher>::plan(shape, context_.tuning),
                                       ZerocheckProver<D, Hasher>::plan(shape, context_.tuning),
                                       JaggedProver<D, Hasher>::plan(shape, context_.tuning), open});
    }

    absl::StatusOr<std::unique_ptr<CommitmentType>> commit(
        const backend::TableShape& shape, const params::Opening& opening, machine::Group group,
        std::span<const std::span<const KoalaBear>> columns) override {
        if (absl::Status status = backend::check_columns(shape, opening, group, columns); !status.ok()) return status;
        return guarded<std::unique_ptr<CommitmentType>>(
            "commit_traces", [&]() -> absl::StatusOr<std::unique_ptr<CommitmentType>> {
                return commit_columns<Hasher>(context_, pool_, roots_.view(), opening, shape, group, columns);
            });
    }
    absl::StatusOr<std::unique_ptr<CommitmentType>> commit_main(const backend::TableShape& shape,
                                                                const params::Opening& opening,
                                                                std::span<const std::span<const KoalaBear>> columns,
                                                                const machine::ColumnSource& source) override {
        const auto* const here = dynamic_cast<const DeviceSource*>(&source);
        if (here == nullptr) return Base::commit_main(shape, opening, columns, source);
        if (absl::Status status = backend::check_columns(shape, opening, machine::Group::main, columns, true);
            !status.ok())
            return status;
        std::unique_ptr<DeviceSource::Records> records;
        {
            const std::lock_guard lock(staging_mutex_);
            if (staged_source_.lock().get() == &source) records = std::move(staged_);
        }
        return guarded<std::unique_ptr<CommitmentType>>(
            "commit_traces", [&]() -> absl::StatusOr<std::unique_ptr<CommitmentType>> {
                return commit_columns<Hasher>(context_, pool_, roots_.view(), opening, shape, machine::Group::main,
                                              columns, here, std::move(records));
            });
    }

    absl::Status stage(const std::shared_ptr<const machine::ColumnSource>& source) override {
        const auto* const here = dynamic_cast<const DeviceSource*>(source.get());
        if (here == nullptr) return absl::InvalidArgumentError("stage: the source cannot be filled on a device");
        const std::lock_guard lock(staging_mutex_);
        staged_ = nullptr;
        staged_source_ = source;
        try {
            const Span span(*staging_.stream, "transport_structural_witness");
            staged_ = here->upload({*staging_.pool, *staging_.stream});
        } catch (const Failure& failure) {
            return failure.status();
        }
        return absl::OkStatus();
    }

    absl::StatusOr<KoalaBear> grind(hash::Transcript<Hasher>& transcript, std::string_view label,
                                    unsigned bits) override {
        return guarded<KoalaBear>("grinding", [&] { return backend_cuda::grind(context_, transcript, label, bits); });
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
            "prove_tower_relation", [&] { return GkrProver<D, Hasher>(context_, table, challenges).prove(channel); });
    }
    absl::StatusOr<backend::ColumnClaims<D>> prove_zerocheck(const TableType& table,
                                                             const backend::FingerprintChallenges<D>& challenges,
                                                             const backend::LeafClaims<D>& leaves,
                                                             ChannelType& channel) override {
        return guarded<backend::ColumnClaims<D>>("prove_main_constraints", [&] {
            return ZerocheckProver<D, Hasher>(context_, table, challenges, leaves).prove(channel);
        });
    }
    absl::StatusOr<backend::StackClaims<D>> prove_jagged(const TableType& table,
                                                         const backend::ColumnClaims<D>& columns,
                                                         ChannelType& channel) override {
        return guarded<backend::StackClaims<D>>(
            "jagged_reduction", [&] { return JaggedProver<D, Hasher>(context_, table, columns).prove(channel); });
    }
    absl::Status prove_opening(const TableType& table, const backend::StackClaims<D>& stack,
                               ChannelType& channel) override {
        return guarded<bool>("pcs_opening",
                             [&]() -> absl::StatusOr<bool> {
                                 const Roots roots = roots_.view();
                                 const absl::Status status =
                                     table.opening->kind == params::OpeningKind::basefold
                                         ? BasefoldProver<D, Hasher>(context_, roots, table, stack).prove(channel)
                                         : WhirProver<D, Hasher>(context_, roots, table, stack).prove(channel);
                                 if (!status.ok()) return status;
                                 return true;
                             })
            .status();
    }

 private:
    template <class Result, class Run>
    absl::StatusOr<Result> guarded(const char* module, const Run& run) {
        const Span span(*stream_, module);
        try {
            return run();
        } catch (const Failure& failure) {
            return failure.status();
        }
    }

    std::shared_ptr<Device> device_;
    std::shared_ptr<Pool> pool_;
    std::unique_ptr<Stream> stream_;
    Context context_;
    RootTables roots_;
    Lane staging_;
    std::mutex staging_mutex_;
    std::weak_ptr<const machine::ColumnSource> staged_source_;
    std::unique_ptr<DeviceSource::Records> staged_;  ///< of that source; after the pool that it is in
};

/// Of all memory, what is kept for records that are sent ahead: they take a hundredth of what their proof does.
inline constexpr std::uint64_t kStagingShare = 32;

template <unsigned D, class Hasher>
absl::StatusOr<std::unique_ptr<CudaBackend<D, Hasher>>> make_backend(const CudaOptions& options) {
    if (options.device == nullptr) return absl::InvalidArgumentError("cuda backend: no device");
    std::uint64_t bytes = options.memory_bytes;
    if (bytes == 0) {
        const absl::StatusOr<std::uint64_t> free = options.device->free_bytes();
        if (!free.ok()) return free.status();
        bytes = *free / 10 * 9;
    }
    using Impl = CudaBackendImpl<D, Hasher>;
    const auto make_lane = [&](std::uint64_t size) -> absl::StatusOr<typename Impl::Lane> {
        absl::StatusOr<std::unique_ptr<Stream>> stream = options.device->make_stream();
        if (!stream.ok()) return stream.status();
        absl::StatusOr<std::unique_ptr<Pool>> pool = Pool::make(options.device, size);
        if (!pool.ok()) return pool.status();
        return typename Impl::Lane{*std::move(pool), *std::move(stream)};
    };
    const std::uint64_t staging_bytes = bytes / kStagingShare;
    absl::StatusOr<typename Impl::Lane> proving = make_lane(bytes - staging_bytes);
    if (!proving.ok()) return proving.status();
    absl::StatusOr<typename Impl::Lane> staging = make_lane(staging_bytes);
    if (!staging.ok()) return staging.status();
    try {
        return std::make_unique<Impl>(options.device, *std::move(proving), *std::move(staging), options.tuning);
    } catch (const Failure& failure) {
        return failure.status();
    }
}

}  // namespace sluice::backend_cuda
