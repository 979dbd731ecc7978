// Files and compression. SPDX-License-Identifier: MIT OR Apache-2.0
#include "sluice/files/files.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <system_error>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include "sluice/files/text.h"

namespace sluice::files {
namespace {

constexpr std::size_t kChunk = std::size_t{1} << 18;
constexpr std::string_view kGzipMagic("\x1f\x8b", 2);
constexpr std::string_view kZstdMagic("\x28\xb5\x2f\xfd", 4);

absl::Status file_error(std::string_view what, const std::string& path) {
    const std::string text = cat("cannot ", what, " ", path, ": ", std::generic_category().message(errno));
    return errno == ENOENT ? absl::NotFoundError(text) : absl::UnavailableError(text);
}

/// Adds what was decompressed; false if that is more than `limit`.
bool add(std::string& out, const std::string& chunk, std::size_t size, std::size_t limit) {
    if (size > limit - out.size()) return false;
    out.append(chunk, 0, size);
    return true;
}
absl::Status too_large(std::size_t limit) {
    return absl::ResourceExhaustedError(cat("decompresses to more than ", limit, " bytes"));
}

struct CloseFile {
    void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, CloseFile>;

absl::StatusOr<std::string> gunzip(std::string_view bytes, std::size_t limit) {
    z_stream stream{};
    constexpr int kWindowOfGzip = 15 + 16;
    if (inflateInit2(&stream, kWindowOfGzip) != Z_OK) return absl::InternalError("zlib does not start");
    const std::unique_ptr<z_stream, int (*)(z_stream*)> guard(&stream, inflateEnd);
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    std::size_t left = bytes.size();
    std::string out;
    std::string chunk(kChunk, '\0');
    for (;;) {
        if (stream.avail_in == 0) {
            stream.avail_in = static_cast<uInt>(std::min<std::size_t>(left, std::size_t{1} << 30));
            left -= stream.avail_in;
        }
        stream.next_out = reinterpret_cast<Bytef*>(chunk.data());
        stream.avail_out = kChunk;
        const int code = inflate(&stream, Z_NO_FLUSH);
        if (!add(out, chunk, kChunk - stream.avail_out, limit)) return too_large(limit);
        if (code == Z_STREAM_END) {
            if (stream.avail_in == 0 && left == 0) return out;
            if (inflateReset(&stream) != Z_OK) return absl::InternalError("zlib does not start again");  // next member
            continue;
        }
        if (code != Z_OK) {
            const bool ended = code == Z_BUF_ERROR && stream.avail_in == 0 && left == 0;
            return absl::InvalidArgumentError(
                cat("gzip data ", ended ? "ends early" : "is damaged", " at byte ", stream.total_in));
        }
    }
}

absl::StatusOr<std::string> unzstd(std::string_view bytes, std::size_t limit) {
    const std::unique_ptr<ZSTD_DCtx, std::size_t (*)(ZSTD_DCtx*)> context(ZSTD_createDCtx(), ZSTD_freeDCtx);
    if (context == nullptr) return absl::InternalError("zstd does not start");
    ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
    std::string out;
    std::string chunk(kChunk, '\0');
    std::size_t hint = 1;
    while (in.pos < in.size || hint != 0) {
        ZSTD_outBuffer output{chunk.data(), kChunk, 0};
        const std::size_t consumed_before = in.pos;
        hint = ZSTD_decompressStream(context.get(), &output, &in);
        if (ZSTD_isError(hint) != 0) {
            return absl::InvalidArgumentError(
                cat("zstd data is damaged at byte ", in.pos, ": ", ZSTD_getErrorName(hint)));
        }
        if (!add(out, chunk, output.pos, limit)) return too_large(limit);
        if (hint != 0 && output.pos == 0 && in.pos == consumed_before) {
            return absl::InvalidArgumentError(cat("zstd data ends early at byte ", in.pos));
        }
    }
    return out;
}

}  // namespace

absl::StatusOr<std::string> read_file(const std::string& path) {
    const File file(std::fopen(path.c_str(), "rb"));
    if (file == nullptr) return file_error("open", path);
    std::string bytes;
    for (;;) {
        const std::size_t done = bytes.size();
        bytes.resize(done + kChunk);
        const std::size_t count = std::fread(bytes.data() + done, 1, kChunk, file.get());
        bytes.resize(done + count);
        if (count < kChunk) break;
    }
    if (std::ferror(file.get()) != 0) return file_error("read", path);
    return bytes;
}

absl::StatusOr<std::string> read_compressed_file(const std::string& path) {
    absl::StatusOr<std::string> bytes = read_file(path);
    if (!bytes.ok()) return bytes;
    absl::StatusOr<std::string> plain = decompress(*std::move(bytes));
    if (!plain.ok()) return with_prefix(path, plain.status());
    return plain;
}

absl::Status write_file(const std::string& path, std::string_view bytes) {
    const std::filesystem::path target(path);
    if (target.has_parent_path()) {
        std::error_code error;
        std::filesystem::create_directories(target.parent_path(), error);
        if (error) {
            return absl::UnavailableError(
                cat("cannot make folder ", target.parent_path().string(), ": ", error.message()));
        }
    }
    std::string temporary = path + ".XXXXXX";
    const int descriptor = mkstemp(temporary.data());
    if (descriptor < 0) return file_error("write", temporary);
    const auto give_up = [&](std::string_view what) {
        const absl::Status status = file_error(what, temporary);
        unlink(temporary.c_str());
        return status;
    };
    File file(fdopen(descriptor, "wb"));
    if (file == nullptr) {
        const absl::Status status = give_up("write");
        close(descriptor);
        return status;
    }
    if (std::fwrite(bytes.data(), 1, bytes.size(), file.get()) != bytes.size() || std::fflush(file.get()) != 0 ||
        fsync(descriptor) != 0) {
        return give_up("write");
    }
    if (std::fclose(file.release()) != 0) return give_up("write");
    std::error_code error;
    std::filesystem::permissions(temporary, std::filesystem::perms(0644), error);  // mkstemp's are 0600
    if (std::rename(temporary.c_str(), path.c_str()) != 0) return give_up("rename");
    return absl::OkStatus();
}

absl::StatusOr<std::string> decompress(std::string bytes, std::size_t limit) {
    const std::string_view view(bytes);
    if (view.substr(0, 2) == kGzipMagic) return gunzip(view, limit);
    if (view.substr(0, 4) == kZstdMagic) return unzstd(view, limit);
    return bytes;
}

absl::StatusOr<std::string> gzip(std::string_view bytes) {
    z_stream stream{};
    constexpr int kWindowOfGzip = 15 + 16;
    if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, kWindowOfGzip, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
        return absl::InternalError("zlib does not start");
    }
    const std::unique_ptr<z_stream, int (*)(z_stream*)> guard(&stream, deflateEnd);
    if (bytes.size() >= std::size_t{1} << 32) return absl::ResourceExhaustedError("more than 4 GiB to compress");
    std::string out(deflateBound(&stream, bytes.size()), '\0');
    if (out.size() >= std::size_t{1} << 32) return absl::ResourceExhaustedError("more than 4 GiB to compress");
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream.avail_in = static_cast<uInt>(bytes.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    if (deflate(&stream, Z_FINISH) != Z_STREAM_END) return absl::InternalError("zlib does not end");
    out.resize(out.size() - stream.avail_out);
    return out;
}

}  // namespace sluice::files
