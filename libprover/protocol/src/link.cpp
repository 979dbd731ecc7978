// See link.h. SPDX-License-Identifier: MIT OR Apache-2.0
#include "sluice/protocol/link.h"

#include <string>

#include "absl/strings/str_cat.h"

#include "sluice/base/bytes.h"

namespace sluice::protocol {

namespace {

/// Reads words; the first that is missing or no element is noted, and zeros are read from there on.
class PartReader {
 public:
    explicit PartReader(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}

    std::uint32_t word() {
        if (bytes_.size() - at_ < 4) return fail();
        at_ += 4;
        return load_le<std::uint32_t>(bytes_.data() + at_ - 4);
    }
    KoalaBear element() {
        const std::uint32_t value = word();
        return KoalaBear::from_canonical(value < KoalaBear::kModulus ? value : fail());
    }
    template <class Digest>
    Digest digest() {
        if (bytes_.size() - at_ < Digest::kBytes) return fail(), Digest{};
        const auto read = Digest::read(bytes_.data() + at_);
        if (!read.has_value()) return fail(), Digest{};
        at_ += Digest::kBytes;
        return *read;
    }
    std::vector<std::uint8_t> rest() {
        const auto left = bytes_.subspan(at_);
        at_ = bytes_.size();
        return {left.begin(), left.end()};
    }
    [[nodiscard]] bool at_end() const { return at_ == bytes_.size(); }
    [[nodiscard]] absl::Status status() const {
        if (!failed_) return absl::OkStatus();
        return absl::InvalidArgumentError(
            absl::StrCat("at byte ", failed_at_, " of ", bytes_.size(), ": expected a word below its bound"));
    }

 private:
    std::uint32_t fail() {
        if (!failed_) failed_at_ = at_;
        failed_ = true;
        at_ = bytes_.size();
        return 0;
    }

    std::span<const std::uint8_t> bytes_;
    std::size_t at_ = 0;
    bool failed_ = false;
    std::size_t failed_at_ = 0;
};

absl::Status check_heights(const machine::Machine& machine, std::span<const std::uint32_t> heights) {
    for (std::size_t i = 0; i < heights.size(); ++i) {
        const machine::Chip& chip = machine.chips[i];
        if (chip.fixed_height != 0 ? heights[i] == chip.fixed_height : heights[i] <= chip.max_height) continue;
        return absl::InvalidArgumentError(
            absl::StrCat("chip ", std::string(chip.name), " has ", heights[i], " rows; the key does not allow that"));
    }
    return absl::OkStatus();
}

}  // namespace

template <unsigned D, class Hasher>
std::vector<std::uint8_t> encode_tables(const Link<D, Hasher>& link) {
    std::vector<std::uint8_t> bytes;
    backend::ProofWriter writer(bytes);
    for (const LinkedTable<Hasher>& table : link.tables) write_table(table, writer);
    return bytes;
}

template <unsigned D, class Hasher>
absl::StatusOr<std::vector<LinkedTable<Hasher>>> decode_tables(const ProvingKey<D, Hasher>& key,
                                                               std::span<const std::uint8_t> bytes) {
    PartReader reader(bytes);
    std::vector<LinkedTable<Hasher>> tables;
    for (std::uint32_t number = key.has_boundary() ? 0 : 1; !reader.at_end(); ++number) {
        LinkedTable<Hasher>& table = tables.emplace_back();
        table.number = number;
        const std::size_t machine = number == 0 ? 1 : 0;
        table.shape.machine = key.machine(machine).view();
        table.shape.code = &key.code(machine);
        table.shape.stack_height = reader.word();
        for (std::size_t i = 0; i < table.shape.machine.chips.size(); ++i) {
            table.shape.heights.push_back(reader.word());
        }
        for (std::uint32_t i = 0; i < table.shape.machine.public_values; ++i) {
            table.shape.public_values.push_back(reader.element());
        }
        table.root = reader.template digest<typename Hasher::Digest>();
        if (absl::Status status = reader.status(); !status.ok()) return status;
        if (absl::Status status = check_heights(table.shape.machine, table.shape.heights); !status.ok()) return status;
    }
    return tables;
}

template <unsigned D, class Hasher>
std::vector<std::uint8_t> encode_part(const TableProof<D, Hasher>& part) {
    std::vector<std::uint8_t> bytes;
    backend::ProofWriter writer(bytes);
    writer.digest(part.main_root);
    writer.element(part.link_sum);
    bytes.insert(bytes.end(), part.body.begin(), part.body.end());
    return bytes;
}

template <unsigned D, class Hasher>
absl::StatusOr<TableProof<D, Hasher>> decode_part(std::span<const std::uint8_t> bytes) {
    PartReader reader(bytes);
    TableProof<D, Hasher> part;
    part.main_root = reader.template digest<typename Hasher::Digest>();
    for (KoalaBear& limb : part.link_sum.limb) limb = reader.element();
    part.body = reader.rest();
    if (absl::Status status = reader.status(); !status.ok()) return status;
    return part;
}

#define SLUICE_PARTS_OF(D, HASHER)                                                                       \
    template std::vector<std::uint8_t> encode_tables<D, hash::HASHER>(const Link<D, hash::HASHER>&);     \
    template absl::StatusOr<std::vector<LinkedTable<hash::HASHER>>> decode_tables<D, hash::HASHER>(      \
        const ProvingKey<D, hash::HASHER>&, std::span<const std::uint8_t>);                              \
    template std::vector<std::uint8_t> encode_part<D, hash::HASHER>(const TableProof<D, hash::HASHER>&); \
    template absl::StatusOr<TableProof<D, hash::HASHER>> decode_part<D, hash::HASHER>(std::span<const std::uint8_t>)
SLUICE_PARTS_OF(4, Poseidon2Hasher16);
SLUICE_PARTS_OF(5, Poseidon2Hasher24);
#undef SLUICE_PARTS_OF

}  // namespace sluice::protocol
