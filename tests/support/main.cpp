// Catch2's main and the helpers of tests/support/catch.h. SPDX-License-Identifier: MIT OR Apache-2.0
#if !__has_include(<catch2/catch_test_macros.hpp>)
#define CATCH_CONFIG_MAIN
#endif
#include <cstdlib>
#include <sys/stat.h>

#include "support/catch.h"

namespace sluice::test {

std::uint64_t seed() {
    static const std::uint64_t value = [] {
        const char* text = std::getenv("SLUICE_SEED");
        return text != nullptr ? std::strtoull(text, nullptr, 0) : std::uint64_t{20260923};
    }();
    return value;
}

std::uint64_t rounds(std::uint64_t count) {
    static const std::uint64_t factor = [] {
        const char* text = std::getenv("SLUICE_ROUNDS");
        return text != nullptr ? std::strtoull(text, nullptr, 0) : std::uint64_t{1};
    }();
    return count * factor;
}

std::string test_data() {
    const char* text = std::getenv("SLUICE_TEST_DATA");
    const std::string folder = text != nullptr && *text != 0 ? text : SLUICE_DEFAULT_TEST_DATA;
    struct stat info {};
    return stat((folder + "/mainnet").c_str(), &info) == 0 && S_ISDIR(info.st_mode) ? folder : std::string();
}

void skip(const std::string& reason) {
    std::printf("SKIPPED: %s\n", reason.c_str());
    std::fflush(stdout);
}

bool test_data_required() {
    const char* required = std::getenv("SLUICE_REQUIRE_TEST_DATA");
    return required != nullptr && *required != 0 && *required != '0';
}

}  // namespace sluice::test
