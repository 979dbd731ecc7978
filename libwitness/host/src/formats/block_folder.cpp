// Folders and pairs of files. SPDX-License-Identifier: MIT OR Apache-2.0
#include "sluice/witness_host/block_folder.h"

#include <filesystem>

#include "json_field.h"
#include "sluice/files/files.h"
#include "sluice/witness_host/block_json.h"
#include "sluice/witness_host/hex.h"

namespace sluice::witness_host {
namespace {

using nlohmann::json;

absl::StatusOr<std::string> read_block(const std::string& path) {
    absl::StatusOr<std::string> bytes = files::read_compressed_file(path);
    if (!bytes.ok()) return bytes.status();
    const std::size_t first = bytes->find_first_not_of(" \t\r\n");
    // A block's RLP is a long list: its first byte is 0xf8 or more.
    if (first == std::string::npos || (*bytes)[first] != '{') return bytes;
    absl::StatusOr<std::string> block = block_from_json_text(*bytes);
    if (!block.ok()) return with_prefix(path, block.status());
    return block;
}

absl::StatusOr<WitnessArrays> read_witness(const std::string& path) {
    const absl::StatusOr<std::string> text = files::read_compressed_file(path);
    if (!text.ok()) return text.status();
    absl::StatusOr<WitnessArrays> arrays = witness_from_json_text(*text);
    if (!arrays.ok()) return with_prefix(path, arrays.status());
    return arrays;
}

/// The first of `names` that is in the folder.
absl::StatusOr<std::string> find_file(const std::string& folder, std::initializer_list<std::string_view> names) {
    std::string tried;
    for (const std::string_view name : names) {
        std::error_code error;
        const std::filesystem::path path = std::filesystem::path(folder) / name;
        if (std::filesystem::exists(path, error)) return path.string();
        append(tried, tried.empty() ? "" : ", ", name);
    }
    return absl::NotFoundError(cat("folder ", folder, " has none of ", tried));
}

absl::StatusOr<Hash32> hash_of(const JsonField& field) {
    const absl::StatusOr<std::string_view> text = field.text();
    if (!text.ok()) return text.status();
    const absl::StatusOr<Hash32> hash = parse_hash(*text);
    if (!hash.ok()) return field.error(hash.status());
    return hash;
}

absl::StatusOr<UnanchoredParent> unanchored_of(const JsonField& meta) {
    UnanchoredParent parent;
    const JsonField root = meta["parentStateRoot"];
    const absl::StatusOr<Hash32> state_root = hash_of(root);
    if (!state_root.ok()) return state_root.status();
    parent.state_root = *state_root;
    const JsonField hashes = meta["blockHashes"];
    if (!hashes.value().is_array()) return hashes.expected("an array");
    for (std::size_t i = 0; i < hashes.value().size(); ++i) {
        const JsonField element = hashes[i];
        const absl::StatusOr<Hash32> hash = hash_of(element);
        if (!hash.ok()) return hash.status();
        parent.block_hashes.push_back(*hash);
    }
    return parent;
}

absl::Status check_meta(const JsonField& meta, const std::string& block) {
    const absl::StatusOr<BlockIdentity> identity = identify_block(block);
    if (!identity.ok()) return identity.status();
    if (const JsonField number = meta["number"]; !number.is_null()) {
        if (!number.value().is_number_unsigned()) return number.expected("a number");
        const auto stated = number.value().get<std::uint64_t>();
        if (stated != identity->number) {
            return number.error(cat("the block has number ", identity->number, ", found ", stated));
        }
    }
    if (const JsonField field = meta["hash"]; !field.is_null()) {
        const absl::StatusOr<Hash32> hash = hash_of(field);
        if (!hash.ok()) return hash.status();
        if (!(*hash == identity->hash)) {
            return field.error(cat("the block has hash ", to_hex(identity->hash), ", found ", to_hex(*hash)));
        }
    }
    return absl::OkStatus();
}

}  // namespace

absl::StatusOr<ExecutionWitness> make_witness(std::string block, WitnessArrays arrays,
                                              std::optional<UnanchoredParent> unanchored) {
    ExecutionWitness witness;
    witness.block = std::move(block);
    witness.nodes = std::move(arrays.nodes);
    witness.codes = std::move(arrays.codes);
    witness.headers = std::move(arrays.headers);
    if (witness.headers.empty()) witness.unanchored = std::move(unanchored);
    if (absl::Status status = check_witness(witness); !status.ok()) return status;
    return witness;
}

absl::StatusOr<ExecutionWitness> read_block_files(const std::string& block_path, const std::string& witness_path) {
    absl::StatusOr<std::string> block = read_block(block_path);
    if (!block.ok()) return block.status();
    absl::StatusOr<WitnessArrays> arrays = read_witness(witness_path);
    if (!arrays.ok()) return arrays.status();
    absl::StatusOr<ExecutionWitness> witness = make_witness(*std::move(block), *std::move(arrays));
    if (!witness.ok()) return with_prefix(witness_path, witness.status());
    return witness;
}

absl::StatusOr<ExecutionWitness> read_block_folder(const std::string& folder) {
    const absl::StatusOr<std::string> block_path = find_file(
        folder, {"block.rlp", "block.json", "block.rlp.gz", "block.rlp.zst", "block.json.gz", "block.json.zst"});
    if (!block_path.ok()) return block_path.status();
    const absl::StatusOr<std::string> witness_path =
        find_file(folder, {"witness.json.gz", "witness.json.zst", "witness.json"});
    if (!witness_path.ok()) return witness_path.status();
    absl::StatusOr<std::string> block = read_block(*block_path);
    if (!block.ok()) return block.status();
    absl::StatusOr<WitnessArrays> arrays = read_witness(*witness_path);
    if (!arrays.ok()) return arrays.status();

    std::optional<UnanchoredParent> unanchored;
    const absl::StatusOr<std::string> meta_path = find_file(folder, {"meta.json"});
    if (meta_path.ok()) {
        const absl::StatusOr<std::string> text = files::read_file(*meta_path);
        if (!text.ok()) return text.status();
        const absl::StatusOr<json> document = parse_json(*text);
        if (!document.ok()) return with_prefix(*meta_path, document.status());
        const JsonField meta(*document, "");
        if (absl::Status status = check_meta(meta, *block); !status.ok()) return with_prefix(*meta_path, status);
        if (arrays->headers.empty() && document->is_object() && document->contains("parentStateRoot")) {
            absl::StatusOr<UnanchoredParent> parent = unanchored_of(meta);
            if (!parent.ok()) return with_prefix(*meta_path, parent.status());
            unanchored = *std::move(parent);
        }
    }
    absl::StatusOr<ExecutionWitness> witness =
        make_witness(*std::move(block), *std::move(arrays), std::move(unanchored));
    if (!witness.ok()) return with_prefix(folder, witness.status());
    return witness;
}

}  // namespace sluice::witness_host
