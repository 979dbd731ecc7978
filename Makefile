# Thin front of the CMake build. SPDX-License-Identifier: MIT OR Apache-2.0
#
#   make deps     install the Debian packages that the build needs (asks for sudo only if something is missing)
#   make build    build/release/bin/sluice and build/release/guest/block.elf
#   make demo     execute a block natively and in the RISC-V guest, compare the three witness modes, prove it
#   make test     build and run all tests; ends with counts of passed, failed and skipped
#   make bench    run the benchmark suites; JSON under build/release/benchmarks/results
#   make format   clang-format over our sources
#   make sanitize unit tests under address and undefined-behaviour sanitizers (clang 19)
#   make fuzz     each fuzzer for FUZZ_SECONDS under the same sanitizers
#   make nightly  millions of random comparisons with other implementations; about two hours on 2 cores
#   make cuda-report   registers and memory of every CUDA kernel on all cards, and what compiling takes, into benchmarks/results
#   make cuda-pack     what a machine with a card runs: tests and benchmarks of the CUDA backend, in
#                     build/release/cuda_pack.tar.gz
#   make build-budget  the same for the architecture of the build, printed alone; fails over the budget of a unit or of all
#   make ci       what CI runs, two jobs at once, warnings as errors: check-format, test, sanitize, fuzz, configurations

SHELL := /bin/bash
BUILD := build/release
JOBS ?= $(shell nproc)
CMAKE_FLAGS ?=
FUZZ_SECONDS ?= 60
# A clone in another folder finds what an earlier one compiled.
export CCACHE_BASEDIR := $(CURDIR)
export CCACHE_NOHASHDIR := 1
# Builds within a build, such as the guest's, keep to the same number of jobs.
export CMAKE_BUILD_PARALLEL_LEVEL := $(JOBS)

DEB_PACKAGES := build-essential g++ clang-19 lld-19 llvm-19 libc++-19-dev libclang-rt-19-dev \
  gcc-riscv64-unknown-elf picolibc-riscv64-unknown-elf cmake ninja-build ccache pkg-config \
  libabsl-dev libtbb-dev protobuf-compiler libprotobuf-dev catch2 libbenchmark-dev libcli11-dev nlohmann-json3-dev \
  libsimdjson-dev libcurl4-openssl-dev zlib1g-dev libzstd-dev libhwy-dev libsecp256k1-dev libssl-dev libgmp-dev \
  zstd python3 clang-format ca-certificates

.PHONY: deps build demo test bench format check-format ci sanitize fuzz nightly configurations cuda-pack cuda-report build-budget clean

deps:
	@missing=$$(for p in $(DEB_PACKAGES); do \
	    dpkg-query -W -f='$${Status}' $$p 2>/dev/null | grep -q '^install ok installed' || echo $$p; done); \
	if [ -n "$$missing" ]; then \
	    sudo=; [ "$$(id -u)" = 0 ] || sudo=sudo; \
	    echo "installing:" $$missing; \
	    $$sudo apt-get update -qq && \
	    DEBIAN_FRONTEND=noninteractive $$sudo apt-get install -y -qq --no-install-recommends $$missing >/dev/null; \
	fi

$(BUILD)/build.ninja: | deps
	cmake -S . -B $(BUILD) -G Ninja -DCMAKE_BUILD_TYPE=Release $(CMAKE_FLAGS)

build: deps $(BUILD)/build.ninja
	cmake --build $(BUILD) -j $(JOBS) --target sluice guest

demo:
	@echo "The first run installs packages and compiles, which takes minutes; later runs under a minute."
	@$(MAKE) --no-print-directory build
	@host/demo.sh $(BUILD)

test: deps $(BUILD)/build.ninja
	cmake --build $(BUILD) -j $(JOBS)
	tests/run.sh $(BUILD)

bench: deps $(BUILD)/build.ninja
	cmake --build $(BUILD) -j $(JOBS) --target benchmarks guest
	benchmarks/run.sh $(BUILD)

# All our sources; what is generated lies in build.
SOURCES = find benchmarks guest host libexecutor libprover libwitness tests -name '*.h' -o -name '*.cpp' -o -name '*.cu' -o -name '*.cuh'

format:
	$(SOURCES) | xargs clang-format -i

check-format: deps
	@$(SOURCES) | xargs clang-format --dry-run -Werror

ci:
	@for part in check-format test sanitize fuzz configurations; do \
	    start=$$SECONDS; \
	    $(MAKE) --no-print-directory $$part JOBS=2 CMAKE_FLAGS=-DSLUICE_WERROR=ON || exit 1; \
	    echo "== make $$part: $$((SECONDS - start)) s"; \
	done
	@test -s $(BUILD)/guest/block.elf || { echo "the RISC-V guest was not built"; exit 1; }
	@python3 tests/summary.py $(BUILD)/test.xml build/sanitize/test.xml

build/sanitize/build.ninja: | deps
	cmake -S . -B build/sanitize -G Ninja -DCMAKE_BUILD_TYPE=RelWithDebInfo -DCMAKE_C_COMPILER=clang-19 \
	    -DCMAKE_CXX_COMPILER=clang++-19 -DSLUICE_SANITIZE=address,undefined -DSLUICE_WERROR=ON -DSLUICE_FUZZ=ON \
	    -DSLUICE_BENCHMARKS=OFF -DSLUICE_GUEST=OFF

# Unit tests that need no guest program, under address and undefined-behaviour sanitizers.
sanitize: deps build/sanitize/build.ninja
	cmake --build build/sanitize -j $(JOBS) --target unit_tests
	tests/run.sh build/sanitize -L unit -LE guest

# Every libFuzzer target for FUZZ_SECONDS, from the committed corpus.
fuzz: deps build/sanitize/build.ninja
	cmake --build build/sanitize -j $(JOBS) --target fuzzers
	tests/fuzz/run.sh build/sanitize $(FUZZ_SECONDS) $(JOBS)

nightly: deps $(BUILD)/build.ninja
	cmake --build $(BUILD) -j $(JOBS) --target test_ecdsa test_hash test_modexp test_bn254 test_bls12_381 \
	    test_uint256_arith compare_executors
	SLUICE_TEST_JOBS=$${SLUICE_TEST_JOBS:-2} tests/nightly.sh $(BUILD)

# The combinations that CI only configures: clang release, no guest, a guest tool missing, freestanding parts alone, no
# CUDA.
configurations: deps
	rm -rf build/configure
	cmake -S . -B build/configure/clang -G Ninja -DCMAKE_C_COMPILER=clang-19 -DCMAKE_CXX_COMPILER=clang++-19
	cmake -S . -B build/configure/no-guest -G Ninja -DSLUICE_GUEST=OFF
	cmake -S . -B build/configure/no-tools -G Ninja -DSLUICE_RISCV_GCC=/nowhere/riscv64-unknown-elf-gcc | \
	    grep 'RISC-V guest: not built; missing packages: gcc-riscv64-unknown-elf'
	cmake -S . -B build/configure/freestanding -G Ninja -DSLUICE_HOSTED=OFF
	cmake -S . -B build/configure/no-cuda -G Ninja -DSLUICE_CUDA=OFF
	! grep -qi 'cuda_kernels\|cudart\|SLUICE_HAS_CUDA=1' build/configure/no-cuda/build.ninja
	rm -rf build/configure

cuda-pack: deps $(BUILD)/build.ninja
	SLUICE_TEST_DATA=$${SLUICE_TEST_DATA:-$(CURDIR)/../shared/data} cmake --build $(BUILD) -j $(JOBS) --target cuda_pack

# Both compile the CUDA units alone. The first configures what the preset cuda-release does.
cuda-report: deps
	cmake --preset cuda-release
	benchmarks/cuda/build_report.py build/cuda-release benchmarks/results/cuda_build.md

build-budget: deps $(BUILD)/build.ninja
	benchmarks/cuda/build_report.py $(BUILD)

clean:
	rm -rf build
