// The folder in which the parts of a proof gather. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "sluice/proving/part_files.h"

namespace sluice::proving {

class PartFolder {
 public:
    /// What is told of it; either may be null.
    struct Hooks {
        std::function<void(std::string_view notice)> on_notice;  ///< a file that is not used, and why
        std::function<absl::Status(const std::string& path)> on_file;
    };

    /// An empty path: there is no folder, and nothing is kept.
    PartFolder(std::string path, Hooks hooks) : path_(std::move(path)), hooks_(std::move(hooks)) {}

    /// The link file, if there is a sound one. AlreadyExists if it is of another key or input.
    [[nodiscard]] absl::StatusOr<std::optional<LinkFile>> find_link(const FileDigest& key, const FileDigest& input);
    /// Parts belong to this link from now on. Writes its file unless it was found.
    [[nodiscard]] absl::Status keep_link(const LinkFile& link);

    /// The part of this number, if there is a sound one under the link.
    [[nodiscard]] std::optional<std::vector<std::uint8_t>> find_part(std::uint32_t number) const;
    [[nodiscard]] absl::Status keep_part(std::uint32_t number, std::vector<std::uint8_t> part) const;
    /// Where the part of this number lies.
    [[nodiscard]] std::string part_path(std::uint32_t number) const { return file(part_file_name(number)); }
    /// A part that turned out to be unfit.
    void refuse(std::uint32_t number, const absl::Status& status) const;

 private:
    [[nodiscard]] std::string file(const std::string& name) const { return path_ + "/" + name; }
    [[nodiscard]] absl::Status write(const std::string& name, const std::string& bytes) const;
    void notice(const std::string& name, const absl::Status& why) const;

    std::string path_;
    Hooks hooks_;
    std::optional<LinkFile> found_;
    FileDigest link_{};
};

}  // namespace sluice::proving
