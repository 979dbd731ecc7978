// See part_folder.h. SPDX-License-Identifier: MIT OR Apache-2.0
#include "part_folder.h"

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

#include "sluice/files/files.h"

namespace sluice::proving {

namespace {

std::string hex(const FileDigest& digest) {
    return absl::BytesToHexString(absl::string_view(reinterpret_cast<const char*>(digest.data()), digest.size()));
}

}  // namespace

absl::StatusOr<std::optional<LinkFile>> PartFolder::find_link(const FileDigest& key, const FileDigest& input) {
    if (path_.empty()) return std::nullopt;
    const absl::StatusOr<std::string> bytes = files::read_file(file(kLinkFileName));
    if (absl::IsNotFound(bytes.status())) return std::nullopt;
    if (!bytes.ok()) return bytes.status();
    const absl::StatusOr<LinkFile> link = LinkFile::decode(*bytes);
    if (!link.ok()) {
        notice(kLinkFileName, link.status());
        return std::nullopt;
    }
    const auto refuse = [&](const char* what, const FileDigest& expected, const FileDigest& found) {
        return absl::AlreadyExistsError(absl::StrCat(
            file(kLinkFileName), ": the folder has the parts of another proof: expected ", what, " with SHA-256 ",
            hex(expected), ", found ", hex(found), "; name another folder, or remove it"));
    };
    if (link->key != key) return refuse("a key", key, link->key);
    if (link->input != input) return refuse("an input", input, link->input);
    found_ = *link;
    return found_;
}

absl::Status PartFolder::keep_link(const LinkFile& link) {
    if (path_.empty()) return absl::OkStatus();
    const std::string bytes = link.encode();
    link_ = digest_of(bytes);
    return found_ == link ? absl::OkStatus() : write(kLinkFileName, bytes);
}

std::optional<std::vector<std::uint8_t>> PartFolder::find_part(std::uint32_t number) const {
    if (path_.empty()) return std::nullopt;
    const std::string name = part_file_name(number);
    const absl::StatusOr<std::string> bytes = files::read_file(file(name));
    if (absl::IsNotFound(bytes.status())) return std::nullopt;
    absl::StatusOr<PartFile> part = bytes.ok() ? PartFile::decode(*bytes) : bytes.status();
    if (part.ok() && part->link != link_) {
        part = absl::FailedPreconditionError(
            absl::StrCat("proved under another link file: expected ", hex(link_), ", found ", hex(part->link)));
    }
    if (part.ok() && part->number != number) {
        part = absl::FailedPreconditionError(absl::StrCat("the proof of table ", part->number));
    }
    if (part.ok()) return std::move(part->part);
    refuse(number, part.status());
    return std::nullopt;
}

absl::Status PartFolder::keep_part(std::uint32_t number, std::vector<std::uint8_t> part) const {
    if (path_.empty()) return absl::OkStatus();
    return write(part_file_name(number), PartFile{link_, number, std::move(part)}.encode());
}

void PartFolder::refuse(std::uint32_t number, const absl::Status& status) const {
    notice(part_file_name(number), status);
}

absl::Status PartFolder::write(const std::string& name, const std::string& bytes) const {
    if (absl::Status status = files::write_file(file(name), bytes); !status.ok()) return status;
    return hooks_.on_file ? hooks_.on_file(file(name)) : absl::OkStatus();
}

void PartFolder::notice(const std::string& name, const absl::Status& why) const {
    if (hooks_.on_notice) hooks_.on_notice(absl::StrCat(file(name), " is not used and made again: ", why.message()));
}

}  // namespace sluice::proving
