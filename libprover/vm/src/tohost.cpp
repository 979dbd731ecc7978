// See tohost.h. SPDX-License-Identifier: MIT OR Apache-2.0
#include "sluice/vm/tohost.h"

#include "absl/strings/str_format.h"

#include "driver.h"
#include "launch.h"

namespace sluice::vm {
namespace {

/// Looks at the word after each instruction.
class TohostHooks final : public RunHooks {
 public:
    TohostHooks(const MachineState& state, std::uint32_t address) : state_(state), address_(address) {}

    std::uint64_t next_cut(std::uint64_t done) override { return done + 1; }
    absl::StatusOr<bool> at_cut(std::uint64_t) override { return word() == 0; }
    [[nodiscard]] std::uint64_t word() const { return load_le<std::uint64_t>(state_.space->base() + address_); }

 private:
    const MachineState& state_;
    std::uint32_t address_;
};

}  // namespace

absl::StatusOr<TohostRun> execute_until_tohost(const Program& program, std::uint32_t tohost, ByteView input,
                                               const RunOptions& options) {
    absl::StatusOr<std::unique_ptr<MachineState>> state = launch(program, input);
    if (!state.ok()) return state.status();
    if (tohost % 8 != 0 || !(*state)->space->permits(tohost, 8, kPageRead) ||
        !(*state)->space->permits(tohost, 8, kPageWrite)) {
        return absl::InvalidArgumentError(
            absl::StrFormat("tohost at 0x%x: expected a multiple of 8 in readable and writable memory", tohost));
    }
    TohostHooks hooks(**state, tohost);
    absl::StatusOr<Run> run = Driver<PlainMode>(**state, program, options, hooks).run();
    if (!run.ok()) return run.status();
    TohostRun out{*std::move(run), std::nullopt};
    const std::uint64_t value = hooks.word();
    if (value == 0) return out;
    if (value % 2 == 0) {
        return absl::UnimplementedError(
            absl::StrFormat("the program wrote 0x%x to tohost: it asks for a service of the host; expected an odd "
                            "number, by which a run ends",
                            value));
    }
    out.value = value;
    out.run.exit_code = static_cast<std::int32_t>(value >> 1);
    return out;
}

}  // namespace sluice::vm
