// Programs that end by a write to `tohost`, in the convention of riscv-tests. SPDX-License-Identifier: MIT OR
// Apache-2.0
#include "sluice/vm/tohost.h"

#include "prover/guest_programs.h"
#include "support/catch.h"

namespace sluice::test {
namespace {

constexpr std::uint32_t kTohost = kDataBegin + 0x40;

/// A file with this text, a page of data, and a symbol in it.
ElfFile file_of(const Assembler& text, const std::string& symbol = "tohost", std::uint64_t address = kTohost) {
    ElfFile file;
    file.entry = text.base();
    file.body = text.bytes();
    const std::uint64_t size = file.body.size();
    file.body.resize(0x1100);
    file.headers = {{1, 5, 0x1000, text.base(), size, size, 0x1000}, {1, 6, 0x2000, kDataBegin, 0x100, 0x1000, 0x1000}};
    file.symbols = {{symbol, address, 8, 1}};  // STT_OBJECT
    return file;
}

/// As riscv-tests do: the low half, then the high half, and again for ever.
Assembler storing(std::uint64_t value) {
    Assembler text;
    text.li(s0, kTohost);
    text.li(t0, value);
    text.label("again");
    text.sw(t0, s0, 0);
    text.sw(zero, s0, 4);
    text.j("again");
    return text;
}

absl::StatusOr<vm::TohostRun> run(const ElfFile& file, const vm::RunOptions& options = {}) {
    const auto bytes = file.bytes();
    const auto program = vm::load_elf(bytes);
    INFO(program.status().ToString());
    REQUIRE(program.ok());
    const auto tohost = vm::find_tohost(bytes, *program);
    REQUIRE(tohost.has_value());
    CHECK(*tohost == kTohost);
    return vm::execute_until_tohost(*program, *tohost, {}, options);
}

TEST_CASE("a write to tohost ends the run with its exit code, at the store") {
    for (const std::uint64_t code : {0ull, 1ull, 5ull, 1337ull}) {
        const auto ended = run(file_of(storing(code << 1 | 1)));
        REQUIRE(ended.ok());
        REQUIRE(ended->value.has_value());
        CHECK(*ended->value == (code << 1 | 1));
        CHECK(ended->run.exit_code == static_cast<std::int32_t>(code));
        // What comes before the loop, and the store.
        Assembler before;
        before.li(s0, kTohost);
        before.li(t0, code << 1 | 1);
        CHECK(ended->run.cost.instructions == before.bytes().size() / 4 + 1);
    }
}

TEST_CASE("a program with tohost that halts or traps ends by that") {
    Assembler halting;
    halting.li(s0, kTohost);
    halting.sw(zero, s0, 0);  // zero is no end
    halt(halting, 3, kTextBegin);
    const auto bytes = file_of(halting).bytes();
    const auto program = vm::load_elf(bytes);
    REQUIRE(program.ok());
    // HALT with a digest of no output would need an input; that it is reached is what counts.
    const auto refused = vm::execute_until_tohost(*program, kTohost, {});
    CHECK(refused.status().code() == absl::StatusCode::kDataLoss);

    Assembler trapping;
    trapping.ld(t0, zero, 0);
    const auto trapped = run(file_of(trapping));
    REQUIRE(trapped.ok());
    CHECK_FALSE(trapped->value.has_value());
    CHECK(trapped->run.trap.code == abi::TrapCode::load_fault);
}

TEST_CASE("a request to the host, a run without end, and a place that cannot be written are refused") {
    const auto request = run(file_of(storing(kDataBegin)));
    CHECK(request.status().code() == absl::StatusCode::kUnimplemented);
    CHECK(std::string(request.status().message()).find("wrote 0x20000 to tohost") != std::string::npos);
    Assembler endless;
    endless.label("again");
    endless.j("again");
    vm::RunOptions limited;
    limited.instruction_limit = 1000;
    CHECK(run(file_of(endless), limited).status().code() == absl::StatusCode::kResourceExhausted);
    const auto program = vm::load_elf(file_of(endless).bytes());
    REQUIRE(program.ok());
    for (const std::uint32_t bad : {kTextBegin, kTohost + 4, std::uint32_t{0}, std::uint32_t{SLUICE_INPUT_BEGIN}}) {
        CHECK(vm::execute_until_tohost(*program, bad, {}).status().code() == absl::StatusCode::kInvalidArgument);
    }
}

TEST_CASE("only a writable doubleword that is zero at first is tohost") {
    const auto found = [](const ElfFile& file) {
        const auto bytes = file.bytes();
        return vm::find_tohost(bytes, *vm::load_elf(bytes)).has_value();
    };
    const Assembler text = storing(1);
    CHECK(found(file_of(text)));
    CHECK_FALSE(found(file_of(text, "fromhost")));
    CHECK_FALSE(found(file_of(text, "tohost", kTohost + 4)));
    CHECK_FALSE(found(file_of(text, "tohost", kTextBegin)));
    CHECK_FALSE(found(file_of(text, "tohost", kDataBegin + 0x1000)));
    CHECK(found(file_of(text, "tohost", kDataBegin + 0xff8)));
    ElfFile not_zero = file_of(text);
    not_zero.body[0x1000 + 0x40 + 7] = 1;
    CHECK_FALSE(found(not_zero));
}

TEST_CASE("a program at 0x80000000, where riscv-tests begin, is refused by the memory map") {
    ElfFile file = file_of(storing(1));
    file.entry = 0x80000000;
    file.headers[0].address = 0x80000000;
    const auto program = vm::load_elf(file.bytes());
    REQUIRE(!program.ok());
    const std::string message(program.status().message());
    CHECK(message.find("address 0x80000000") != std::string::npos);
    CHECK(message.find(
              "outside the image region 0x10000 to 0x20000000 (the memory map has the input from 0x80000000 on") !=
          std::string::npos);
}

}  // namespace
}  // namespace sluice::test
