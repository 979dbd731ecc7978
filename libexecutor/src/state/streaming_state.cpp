// Chooses the state source of a stream's mode. SPDX-License-Identifier: MIT OR Apache-2.0
#include "sluice/executor/streaming_state.h"

#include "account_stream.h"
#include "eager_stream.h"
#include "value_stream.h"

namespace sluice::executor {
namespace {

template <class Source>
Result<StateSource*> open_as(witness::ClientInputReader& reader, const ParentLink& parent,
                             const witness::AncestorHeadersInput& ancestors, Arena& arena,
                             Diagnostics& diagnostics) noexcept {
    void* memory = arena.allocate(sizeof(Source), alignof(Source));
    if (memory == nullptr) return diagnostics.fail(ErrorCode::arena_exhausted);
    auto* source = new (memory) Source(reader, parent, arena, diagnostics);
    SLUICE_RETURN_IF_ERROR(source->open(ancestors));
    return static_cast<StateSource*>(source);
}

}  // namespace

Result<StateSource*> open_streaming_state(witness::ClientInputReader& reader, const ParentLink& parent,
                                          const witness::AncestorHeadersInput& ancestors, Arena& arena,
                                          Diagnostics& diagnostics) noexcept {
    switch (reader.header().mode) {
        case witness::WitnessMode::eager:
            return open_as<EagerStreamState>(reader, parent, ancestors, arena, diagnostics);
        case witness::WitnessMode::account:
            return open_as<AccountStreamState>(reader, parent, ancestors, arena, diagnostics);
        case witness::WitnessMode::value:
            return open_as<ValueStreamState>(reader, parent, ancestors, arena, diagnostics);
    }
    return diagnostics.fail(ErrorCode::stream_bad_mode);
}

}  // namespace sluice::executor
