// The verifier of one table proof: a shard's or the boundary's. SPDX-License-Identifier: MIT OR Apache-2.0
//
// libprover/DESIGN.md, section 4.
#pragma once

#include "basefold.h"
#include "cursor.h"
#include "gkr.h"
#include "jagged.h"
#include "shape.h"
#include "whir.h"
#include "zerocheck.h"

namespace sluice::verify {

/// What a table proof states of itself, checked against the key's limits.
template <class S>
struct TableHeader {
    TableShape shape;
    std::span<const KoalaBear> public_values;
    typename S::Digest preprocessed_root{};  ///< the key's
    typename S::Digest linked_root{};
    typename S::Digest main_root{};
};

/// What all table proofs of an execution share.
template <class S>
struct ExecutionContext {
    typename S::Digest key_digest{};
    std::uint32_t shards = 0;
    typename S::Digest link_root{};
    FingerprintChallenges<typename S::Ext> link{};
};

/// The opening of a scheme.
template <class S>
using OpeningCheck =
    std::conditional_t<S::kOpening.kind == params::OpeningKind::basefold, BasefoldCheck<S>, WhirCheck<S>>;

/// Verifies the body of table proof `number`: 0 the boundary, i shard i.
template <class S>
class TableProof {
 public:
    using Ext = typename S::Ext;
    using Transcript = typename S::Transcript;

    TableProof(const ExecutionContext<S>& context, const machine::Machine& machine, std::uint32_t number,
               const TableHeader<S>& header, typename S::Observer observer) noexcept
        : context_(context),
          machine_(machine),
          number_(number),
          header_(header),
          transcript_("sluice table proof 1", observer) {}

    /// `link_sum`: the table proof's linking sum. The arena is used as scratch.
    Outcome verify(Cursor& cursor, Arena& arena, Ext& link_sum) noexcept {
        const Arena::Mark mark = arena.mark();
        const Outcome outcome = verify_steps(cursor, arena, link_sum);
        arena.rewind(mark);
        return outcome;
    }

 private:
    Outcome verify_steps(Cursor& cursor, Arena& arena, Ext& link_sum) noexcept {
        absorb_context();
        absorb_header();
        if (!check_work(cursor, transcript_, "lookup_grinding", S::kProfile.lookup_grinding_bits))
            return cursor.failed() ? cursor.outcome() : Outcome{Status::lookup_grinding, 0};
        FingerprintChallenges<Ext> local;
        local.a = transcript_.template sample_ext<Ext::kDegree>("a");
        local.b = transcript_.template sample_ext<Ext::kDegree>("b");
        LeafClaims<Ext> leaves;
        Outcome outcome = verify_gkr<S>(cursor, transcript_, header_.shape.tree_depth(), leaves);
        if (outcome.failed()) return outcome;
        link_sum = leaves.root[kLinkNumerator] * leaves.root[kLinkDenominator].inverse();
        const ZerocheckInput<Ext> input{machine_, header_.shape, header_.public_values, local, context_.link, leaves};
        ColumnClaims<Ext> columns;
        outcome = Zerocheck<S>(input, cursor, transcript_, arena).verify(columns);
        if (outcome.failed()) return outcome;
        StackClaims<Ext> stack;
        outcome = JaggedReduction<S>(machine_, header_.shape, cursor, transcript_, arena).verify(columns, stack);
        if (outcome.failed()) return outcome;
        const typename S::Digest roots[] = {header_.preprocessed_root, header_.linked_root, header_.main_root};
        return OpeningCheck<S>(header_.shape, roots, cursor, transcript_, arena).verify(stack);
    }

    /// Without these a table proof could be moved to another execution, machine or place.
    void absorb_context() noexcept {
        transcript_.absorb("key_digest", context_.key_digest);
        transcript_.absorb("machine", KoalaBear::from_canonical(number_ == 0 ? 1 : 0));
        transcript_.absorb("shards", KoalaBear::from_canonical(context_.shards));
        transcript_.absorb("shard", KoalaBear::from_canonical(number_));
        transcript_.absorb("link_root", context_.link_root);
        transcript_.absorb("link_a", context_.link.a);
        transcript_.absorb("link_b", context_.link.b);
    }

    /// Without the heights the padding could be chosen to fit the challenges; without the roots the columns could.
    void absorb_header() noexcept {
        transcript_.absorb("stack_height", KoalaBear::from_canonical(header_.shape.stack_height));
        for (const std::uint32_t height : header_.shape.heights)
            transcript_.absorb("heights", KoalaBear::from_canonical(height));
        transcript_.absorb("public_values", header_.public_values);
        transcript_.absorb("linked_root", header_.linked_root);
        transcript_.absorb("main_root", header_.main_root);
    }

    const ExecutionContext<S>& context_;
    const machine::Machine& machine_;
    std::uint32_t number_;
    const TableHeader<S>& header_;
    Transcript transcript_;
};

}  // namespace sluice::verify
