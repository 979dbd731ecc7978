// Sluice's own input file. SPDX-License-Identifier: MIT OR Apache-2.0
#include "sluice/witness_host/input_file.h"

#include "sluice/base/keccak.h"
#include "sluice/files/files.h"
#include "sluice/files/text.h"
#include "sluice/witness_host/format_error.h"
#include "sluice/witness_host/hex.h"
#include "sluice/witness_host/records.h"

namespace sluice::witness_host {
namespace {

using witness::RecordKind;
using witness::WitnessItem;

// Layout, little endian. The file's version comes before everything that it may change.
constexpr std::string_view kMagic = "SLUICEIN";
constexpr std::size_t kVersionAt = 8;       // u32
constexpr std::size_t kSchemaAt = 12;       // u32
constexpr std::size_t kContentAt = 16;      // u64
constexpr std::size_t kChainIdAt = 24;      // u64
constexpr std::size_t kBlockNumberAt = 32;  // u64
constexpr std::size_t kBlockHashAt = 40;    // 32 bytes
constexpr std::size_t kBodySizeAt = 72;     // u64
constexpr std::size_t kBodyHashAt = 80;     // keccak256 of the body, 32 bytes
constexpr std::size_t kBodyAt = 112;

constexpr std::uint64_t kContentWitness = 1;
constexpr std::uint64_t kContentStream = 2;

absl::Status refuse(std::string_view text) {
    return absl::InvalidArgumentError(cat("input file: ", text));
}

/// The witness as records: chain config, ancestors, block, nodes, codes, end.
absl::StatusOr<std::string> encode_witness(const ExecutionWitness& witness) {
    RecordWriter out;
    out.add(RecordKind::chain_config, witness.chain_config);
    if (witness.unanchored.has_value()) {
        out.add_unanchored_parent(witness.unanchored->state_root, witness.unanchored->block_hashes);
    } else {
        out.add_ancestor_headers({witness.headers.rbegin(), witness.headers.rend()});
    }
    out.add(RecordKind::current_block, witness.block);
    for (const std::string& node : witness.nodes) out.add(RecordKind::node, node);
    for (const std::string& code : witness.codes) out.add(RecordKind::bytecode, code);
    out.add(RecordKind::end, ByteView());
    return std::move(out).take();
}

absl::Status decode_ancestors(const WitnessItem& item, ExecutionWitness& witness) {
    witness::AncestorHeadersInput ancestors;
    if (item.kind == RecordKind::unanchored_parent && parse_unanchored_parent(item.payload, ancestors)) {
        witness.unanchored.emplace();
        witness.unanchored->state_root = ancestors.parent_state_root;
        for (std::uint64_t i = 0; i < ancestors.count; ++i) {
            witness.unanchored->block_hashes.push_back(ancestors.block_hash(i));
        }
        return absl::OkStatus();
    }
    if (item.kind == RecordKind::ancestor_headers && parse_ancestor_headers(item.payload, ancestors)) {
        auto headers = ancestors.headers();
        witness.headers.resize(ancestors.count);
        for (std::uint64_t i = ancestors.count; i-- > 0;) witness.headers[i] = string_of(headers.next());
        return absl::OkStatus();
    }
    return refuse(cat("the ancestors, in a record of kind ", record_kind_name(item.kind), ", are malformed"));
}

absl::StatusOr<ExecutionWitness> decode_witness(std::string_view body) {
    const absl::StatusOr<std::vector<WitnessItem>> items = list_records(bytes_of(body), kBodyAt);
    if (!items.ok()) return refuse(cat("", items.status().message()));
    constexpr std::size_t kFixedRecords = 3;
    if (items->size() < kFixedRecords + 1 || items->back().kind != RecordKind::end || !items->back().payload.empty()) {
        return refuse("its last record is missing");
    }
    const std::vector<WitnessItem>& records = *items;
    ExecutionWitness witness;
    if (records[0].kind != RecordKind::chain_config) return refuse("its first record is not the chain config");
    witness.chain_config = string_of(records[0].payload);
    if (absl::Status status = decode_ancestors(records[1], witness); !status.ok()) return status;
    if (records[2].kind != RecordKind::current_block) return refuse("its third record is not the block");
    witness.block = string_of(records[2].payload);
    for (std::size_t i = kFixedRecords; i + 1 < records.size(); ++i) {
        const WitnessItem& record = records[i];
        const bool in_order =
            record.kind == RecordKind::bytecode || (record.kind == RecordKind::node && witness.codes.empty());
        if (!in_order) {
            return refuse(cat("expected nodes, then bytecodes; record ", i, " is ", record_kind_name(record.kind)));
        }
        (record.kind == RecordKind::node ? witness.nodes : witness.codes).push_back(string_of(record.payload));
    }
    return witness;
}

absl::Status check_identity(const InputFile& stated, const InputFile& found) {
    if (stated.chain_id != found.chain_id) {
        return refuse(cat("it says chain ", stated.chain_id, ", its content chain ", found.chain_id));
    }
    if (stated.block_number != found.block_number || !(stated.block_hash == found.block_hash)) {
        return refuse(cat("it says block ", stated.block_number, " with hash ", to_hex(stated.block_hash),
                          ", its content is block ", found.block_number, " with hash ", to_hex(found.block_hash)));
    }
    return absl::OkStatus();
}

}  // namespace

absl::StatusOr<InputFile> make_input_file(ExecutionWitness witness) {
    if (absl::Status status = check_witness(witness); !status.ok()) return status;
    const absl::StatusOr<BlockIdentity> block = identify_block(witness.block);
    if (!block.ok()) return block.status();
    return InputFile{witness.chain_id, block->number, block->hash, std::move(witness)};
}

absl::StatusOr<InputFile> make_input_file(std::string stream) {
    Diagnostics diagnostics;
    const Result<witness::StreamHeader> header = witness::decode_stream_header(bytes_of(stream), diagnostics);
    if (!header.ok()) return to_status(header.error(), diagnostics);
    return InputFile{header->chain_id, header->block_number, header->block_hash, std::move(stream)};
}

absl::StatusOr<std::string> encode_input_file(const InputFile& file) {
    const auto* stream = std::get_if<std::string>(&file.content);
    absl::StatusOr<std::string> body =
        stream != nullptr ? *stream : encode_witness(std::get<ExecutionWitness>(file.content));
    if (!body.ok()) return body.status();
    std::string out(kBodyAt, '\0');
    auto* head = reinterpret_cast<std::uint8_t*>(out.data());
    kMagic.copy(out.data(), kMagic.size());
    store_le(head + kVersionAt, kInputFileVersion);
    store_le(head + kSchemaAt, witness::kStreamSchema);
    store_le(head + kContentAt, stream != nullptr ? kContentStream : kContentWitness);
    store_le(head + kChainIdAt, file.chain_id);
    store_le(head + kBlockNumberAt, file.block_number);
    std::memcpy(head + kBlockHashAt, file.block_hash.bytes.data(), 32);
    store_le(head + kBodySizeAt, std::uint64_t{body->size()});
    const Hash32 body_hash = keccak256(bytes_of(*body));
    std::memcpy(head + kBodyHashAt, body_hash.bytes.data(), 32);
    return out.append(*body);
}

bool is_input_file(std::string_view bytes) {
    return bytes.substr(0, kMagic.size()) == kMagic;
}

absl::StatusOr<InputFile> decode_input_file(std::string_view bytes) {
    const auto* head = reinterpret_cast<const std::uint8_t*>(bytes.data());
    if (!is_input_file(bytes)) {
        return refuse(cat("expected the first bytes ", to_hex(bytes_of(kMagic)), " (", kMagic, "), found ",
                          to_hex(bytes_of(bytes.substr(0, kMagic.size())))));
    }
    if (bytes.size() < kContentAt) return refuse(cat("it ends after ", bytes.size(), " bytes"));
    if (const auto version = load_le<std::uint32_t>(head + kVersionAt); version != kInputFileVersion) {
        return refuse(
            cat("expected file version ", kInputFileVersion, ", found ", version, "; make it again with make-input"));
    }
    if (const auto schema = load_le<std::uint32_t>(head + kSchemaAt); schema != witness::kStreamSchema) {
        return refuse(
            cat("expected schema ", witness::kStreamSchema, ", found ", schema, "; make it again with make-input"));
    }
    if (bytes.size() < kBodyAt) return refuse(cat("it ends after ", bytes.size(), " bytes"));
    const std::string_view body = bytes.substr(kBodyAt);
    if (const auto size = load_le<std::uint64_t>(head + kBodySizeAt); size != body.size()) {
        return refuse(cat("expected ", size, " bytes after its header, found ", body.size()));
    }
    const Hash32 stated_hash = Hash32::from(head + kBodyHashAt);
    if (const Hash32 hash = keccak256(bytes_of(body)); !(hash == stated_hash)) {
        return refuse(cat("damaged: expected content with hash ", to_hex(stated_hash), ", found ", to_hex(hash)));
    }
    InputFile stated;
    stated.chain_id = load_le<std::uint64_t>(head + kChainIdAt);
    stated.block_number = load_le<std::uint64_t>(head + kBlockNumberAt);
    stated.block_hash = Hash32::from(head + kBlockHashAt);

    absl::StatusOr<InputFile> file = absl::InternalError("not decoded");
    const auto content = load_le<std::uint64_t>(head + kContentAt);
    if (content == kContentStream) {
        file = make_input_file(std::string(body));
    } else if (content == kContentWitness) {
        absl::StatusOr<ExecutionWitness> witness = decode_witness(body);
        if (!witness.ok()) return witness.status();
        witness->chain_id = stated.chain_id;
        file = make_input_file(*std::move(witness));
    } else {
        return refuse(cat("expected content 1 (witness) or 2 (stream), found ", content));
    }
    if (!file.ok()) return file;
    if (absl::Status status = check_identity(stated, *file); !status.ok()) return status;
    return file;
}

absl::Status write_input_file(const std::string& path, const InputFile& file) {
    const absl::StatusOr<std::string> bytes = encode_input_file(file);
    if (!bytes.ok()) return bytes.status();
    return files::write_file(path, *bytes);
}

absl::StatusOr<InputFile> read_input_file(const std::string& path) {
    absl::StatusOr<std::string> bytes = files::read_compressed_file(path);
    if (!bytes.ok()) return bytes.status();
    absl::StatusOr<InputFile> file = decode_input_file(*bytes);
    if (!file.ok()) return with_prefix(path, file.status());
    return file;
}

}  // namespace sluice::witness_host
