// The host's side of tail_kernels.h. SPDX-License-Identifier: MIT OR Apache-2.0
//
// A block that makes the last rounds of a sum-check draws their challenges from a copy of the sponge. The transcript of
// the proof stays the host's: it is told the messages afterwards, and has to give the same challenges.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

#include "buffer.h"
#include "launch.h"
#include "sluice/backend/channel.h"
#include "tail_kernels.h"

namespace sluice::backend_cuda {

/// Elements of the extension that a tail of so many rounds writes.
template <class Rounds>
[[nodiscard]] constexpr std::uint64_t tail_size(std::uint64_t rounds) noexcept {
    return rounds * (Rounds::kMessage + 1);
}

/// Labels of a round, and what is proved, for messages.
struct TailNames {
    std::string_view message, challenge;
    std::string_view what;
};

/// Tells the transcript and the proof what a tail has sent; appends the challenges to `point`. Throws Failure if they
/// are not those that the device drew.
template <unsigned D, class Hasher>
void replay_tail(std::span<const Extension<D>> sent, std::uint64_t rounds, const TailNames& names,
                 backend::Channel<D, Hasher>& channel, std::vector<Extension<D>>& point) {
    const std::size_t length = sent.size() / rounds;
    for (std::uint64_t round = 0; round < rounds; ++round) {
        const auto said = sent.subspan(round * length, length);
        channel.send(names.message, said.first(length - 1));
        point.push_back(channel.sample(names.challenge));
        if (point.back() == said.back()) continue;
        throw Failure(
            absl::InternalError(absl::StrCat(std::string(names.what), ": the device drew another challenge in round ",
                                             round + 1, " of the last ", rounds)));
    }
}

/// Runs all rounds, which write into `out` and may write more behind tail_size, and replays them. Gives all of `out`.
/// The transcript was sampled last; `r` is what was sampled, if a round before has to be folded by it.
template <unsigned D, class Hasher, class Rounds>
std::vector<Extension<D>> run_tail(const Context& context, const Rounds& rounds, const Extension<D>& r,
                                   const DeviceBuffer<Extension<D>>& out, const TailNames& names,
                                   backend::Channel<D, Hasher>& channel, std::vector<Extension<D>>& point) {
    const hash::GrindingStart<Hasher> start = channel.transcript().grinding_start();
    if (start.count != 0)
        throw Failure(
            absl::InternalError(absl::StrCat(std::string(names.what), ": the transcript is not at a challenge")));
    launch(context.stream, 1, Tail<D, Rounds, Hasher>{rounds, start.sponge, r, out.data()});
    std::vector<Extension<D>> sent = out.download(context.stream);
    replay_tail(std::span<const Extension<D>>(sent).first(tail_size<Rounds>(rounds.rounds())), rounds.rounds(), names,
                channel, point);
    return sent;
}

}  // namespace sluice::backend_cuda
