// See part_files.h. SPDX-License-Identifier: MIT OR Apache-2.0
#include "sluice/proving/part_files.h"

#include <algorithm>
#include <cstring>

#include "absl/strings/str_cat.h"

#include "sluice/base/bytes.h"
#include "sluice/crypto/hash.h"

namespace sluice::proving {

namespace {

constexpr std::size_t kMagicSize = 8;
constexpr char kLinkMagic[] = "SLUICELK";
constexpr char kPartMagic[] = "SLUICEPT";

ByteView view(const std::string& bytes) {
    return {reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()};
}

class Writer {
 public:
    explicit Writer(const char* magic) : bytes_(magic, kMagicSize) { number(kPartFileVersion); }

    template <class Number>
    void number(Number value) {
        std::uint8_t out[sizeof(Number)];
        store_le<Number>(out, value);
        append(out, sizeof out);
    }
    template <class Bytes>
    void bytes(const Bytes& bytes) {
        append(bytes.data(), bytes.size());
    }
    std::string finish() {
        bytes(digest_of(bytes_));
        return std::move(bytes_);
    }

 private:
    void append(const std::uint8_t* data, std::size_t size) {
        bytes_.append(reinterpret_cast<const char*>(data), size);
    }
    std::string bytes_;
};

/// Reads what a Writer wrote, after its digest has been checked. What is missing reads as zeros and is noted.
class Reader {
 public:
    static absl::StatusOr<Reader> open(const std::string& file, const char* magic, const char* what) {
        constexpr std::size_t kFrame = kMagicSize + 4 + sizeof(FileDigest);
        if (file.size() < kFrame || std::memcmp(file.data(), magic, kMagicSize) != 0) {
            return absl::InvalidArgumentError(
                absl::StrCat("not ", what, ": ", file.size(), " bytes, expected ", magic, " and more"));
        }
        const FileDigest digest = digest_of(file.substr(0, file.size() - sizeof(FileDigest)));
        if (std::memcmp(file.data() + file.size() - sizeof(FileDigest), digest.data(), sizeof(FileDigest)) != 0) {
            return absl::InvalidArgumentError("damaged: its SHA-256 is another one than stands at its end");
        }
        Reader reader(view(file).subspan(kMagicSize, file.size() - kMagicSize - sizeof(FileDigest)));
        if (const auto version = reader.number<std::uint32_t>(); version != kPartFileVersion) {
            return absl::InvalidArgumentError(
                absl::StrCat(what, " of version ", version, ", expected ", kPartFileVersion));
        }
        return reader;
    }

    template <class Number>
    Number number() {
        Number value{};
        if (const auto at = take(sizeof(Number)); !at.empty()) value = load_le<Number>(at.data());
        return value;
    }
    FileDigest digest() {
        FileDigest out{};
        if (const auto at = take(sizeof out); !at.empty()) std::copy(at.begin(), at.end(), out.begin());
        return out;
    }
    [[nodiscard]] std::size_t left() const { return left_.size(); }
    std::vector<std::uint8_t> rest() {
        const auto at = take(left_.size());
        return {at.begin(), at.end()};
    }
    [[nodiscard]] absl::Status status() const {
        return short_ ? absl::InvalidArgumentError("too short for what it says that it holds") : absl::OkStatus();
    }

 private:
    explicit Reader(ByteView bytes) : left_(bytes) {}

    ByteView take(std::size_t size) {
        if (left_.size() < size) {
            short_ = true;
            left_ = {};
            return {};
        }
        const ByteView out = left_.first(size);
        left_ = left_.subspan(size);
        return out;
    }

    ByteView left_;
    bool short_ = false;
};

}  // namespace

FileDigest digest_of(const std::string& bytes) {
    FileDigest out;
    std::memcpy(out.data(), crypto::sha256(view(bytes)).bytes.data(), out.size());
    return out;
}

std::string LinkFile::encode() const {
    Writer writer(kLinkMagic);
    writer.bytes(key);
    writer.bytes(input);
    writer.number(static_cast<std::uint32_t>(cuts.size()));
    for (const std::uint64_t cut : cuts) writer.number(cut);
    writer.bytes(tables);
    return writer.finish();
}

absl::StatusOr<LinkFile> LinkFile::decode(const std::string& bytes) {
    absl::StatusOr<Reader> reader = Reader::open(bytes, kLinkMagic, "a link file");
    if (!reader.ok()) return reader.status();
    LinkFile file;
    file.key = reader->digest();
    file.input = reader->digest();
    for (auto cuts = reader->number<std::uint32_t>(); cuts != 0 && reader->left() != 0; --cuts) {
        file.cuts.push_back(reader->number<std::uint64_t>());
    }
    file.tables = reader->rest();
    if (absl::Status status = reader->status(); !status.ok()) return status;
    return file;
}

std::string PartFile::encode() const {
    Writer writer(kPartMagic);
    writer.bytes(link);
    writer.number(number);
    writer.bytes(part);
    return writer.finish();
}

absl::StatusOr<PartFile> PartFile::decode(const std::string& bytes) {
    absl::StatusOr<Reader> reader = Reader::open(bytes, kPartMagic, "the proof of a table");
    if (!reader.ok()) return reader.status();
    PartFile file;
    file.link = reader->digest();
    file.number = reader->number<std::uint32_t>();
    file.part = reader->rest();
    if (absl::Status status = reader->status(); !status.ok()) return status;
    return file;
}

std::string part_file_name(std::uint32_t number) {
    return number == 0 ? "boundary.bin" : absl::StrCat("shard-", number, ".bin");
}

}  // namespace sluice::proving
