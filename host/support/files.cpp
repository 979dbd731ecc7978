// Whole files in, whole files out. SPDX-License-Identifier: MIT OR Apache-2.0
#include "support/files.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>

#include "absl/strings/str_cat.h"

namespace sluice::host {
namespace {

absl::Status failure(const std::string& path, const char* action) {
    const int error = errno;
    const std::string message = absl::StrCat(path, ": cannot ", action, ": ", std::strerror(error));
    return error == ENOENT ? absl::NotFoundError(message) : absl::UnavailableError(message);
}

/// Closes on the way out.
class Descriptor {
 public:
    explicit Descriptor(int number) : number_(number) {}
    ~Descriptor() {
        if (number_ >= 0) close(number_);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    [[nodiscard]] int get() const { return number_; }

 private:
    int number_;
};

}  // namespace

absl::StatusOr<std::string> read_file(const std::string& path) {
    const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (file.get() < 0) return failure(path, "open");
    std::string bytes;
    char buffer[1 << 16];
    for (;;) {
        const ssize_t count = read(file.get(), buffer, sizeof buffer);
        if (count == 0) return bytes;
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return failure(path, "read");
        bytes.append(buffer, static_cast<std::size_t>(count));
    }
}

absl::Status write_file(const std::string& path, std::string_view bytes) {
    const std::filesystem::path target(path);
    std::error_code error;
    if (target.has_parent_path()) std::filesystem::create_directories(target.parent_path(), error);
    std::string temporary = path + ".XXXXXX";
    const Descriptor file(mkstemp(temporary.data()));
    if (file.get() < 0) return failure(path, "create");
    const auto give_up = [&](const char* action) {
        const absl::Status status = failure(path, action);
        unlink(temporary.c_str());
        return status;
    };
    while (!bytes.empty()) {
        const ssize_t count = write(file.get(), bytes.data(), bytes.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return give_up("write");
        bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    if (fchmod(file.get(), 0644) != 0 || fsync(file.get()) != 0) return give_up("write");
    if (std::rename(temporary.c_str(), path.c_str()) != 0) return give_up("rename");
    return absl::OkStatus();
}

}  // namespace sluice::host
