// A prover as slow and literal as can be, for tiny machines: the oracle of the real one, and the tool of forgers.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// It is written from libprover/DESIGN.md, holds every vector in full, evaluates polynomials by Horner's rule and sums
// over all 2^m leaves. With an honest run its proof is the one proof that a prover may make of it: any other prover's
// must be the same, byte for byte. A Forgery changes messages on their way into transcript and proof, so that a forger
// who plays along after his lie can be tried at every step.
#pragma once

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "scheme.h"
#include "sluice/base/bytes.h"
#include "sluice/machine/program.h"
#include "sluice/machine/trace.h"

namespace sluice::test {

using math::KoalaBear;

/// How far a forger carries a lie: each kind does what those before it do, and adjusts one more message so that the
/// checks up to there hold and only a later one can fail.
enum class PlayAlong {
    nothing,   ///< an honest prover, of whatever he was given
    rounds,    ///< adds a constant to each sum-check round
    children,  ///< adjusts a child in each layer of the GKR pass
    columns,   ///< adjusts the value of one column (Forgery::column) to meet the zerocheck's claim
    stack,     ///< adjusts the value of the first stack column to meet the jagged reduction's claim
    last,      ///< adjusts the final values to meet the opening's claim
    fold,      ///< adjusts the first folded vector too, so that the later ones are honest folds of it
};

/// What a prover of WHIR leaves out of a claim that he should take in.
enum class Omit { nothing, weight, claim };

/// What a forger does. The empty one is an honest prover.
template <class Ext>
struct Forgery {
    /// Called for each message of extension elements before it is absorbed: label, how many of that label came before
    /// in this table proof, the message.
    std::function<void(std::string_view label, std::size_t number, std::span<Ext> message)> tamper;
    PlayAlong play_along = PlayAlong::nothing;
    /// Chip, group and index of a column in which every constraint and interaction is linear.
    std::array<std::size_t, 3> column{};
    /// Number of the table proof that is forged; the others are honest.
    std::uint32_t table = 1;
    /// WHIR: called for each claim by group and number in it, out-of-domain samples first; none: nothing is left out.
    std::function<Omit(std::size_t group, std::size_t number)> omit;
    /// WHIR: log by which the last oracle's domain is smaller than it should be.
    unsigned smaller_last_domain = 0;
};

/// Where in a proof a message is.
struct ProofPart {
    std::string label;
    std::uint32_t table;     ///< 0 boundary or the whole, i shard i
    std::size_t first_word;  ///< in words of four bytes
    std::size_t word_count;
};

/// A proof with the places of its messages.
struct LabelledProof {
    std::vector<std::uint32_t> words;
    std::vector<ProofPart> parts;

    [[nodiscard]] std::vector<std::uint8_t> bytes() const {
        std::vector<std::uint8_t> result(words.size() * 4);
        for (std::size_t i = 0; i < words.size(); ++i) store_le(result.data() + 4 * i, words[i]);
        return result;
    }
};

/// One table to be proved.
struct NaiveTable {
    machine::Machine machine;
    std::vector<std::vector<KoalaBear>> preprocessed;  ///< by chip; columns as in machine::ChipTrace
    machine::TableTrace trace;
    unsigned stack_height = 0;

    [[nodiscard]] std::uint32_t height(std::size_t chip) const { return trace.chips[chip].height; }
    /// The elements of column `column` of a group, without padding.
    [[nodiscard]] std::vector<KoalaBear> column(std::size_t chip, std::size_t group, std::uint32_t column) const {
        const std::vector<KoalaBear>& all = group == 0 ? preprocessed[chip] : trace.chips[chip].columns[group];
        const auto begin = all.begin() + static_cast<std::ptrdiff_t>(column * machine::align4(height(chip)));
        return {begin, begin + height(chip)};
    }
};

// ---- Arithmetic, by definition -----------------------------------------------------------------------------------

[[nodiscard]] inline std::size_t reversed(std::size_t value, unsigned bits) {
    std::size_t result = 0;
    for (unsigned k = 0; k < bits; ++k) result |= (value >> k & 1) << (bits - 1 - k);
    return result;
}

template <class Ext>
[[nodiscard]] Ext eq_at(const std::vector<Ext>& point, std::size_t index, std::size_t first = 0) {
    Ext product = Ext::one();
    for (std::size_t k = first; k < point.size(); ++k)
        product *= (index >> (k - first) & 1) != 0 ? point[k] : Ext::one() - point[k];
    return product;
}

template <class Ext, class Value>
[[nodiscard]] Ext multilinear_at(const std::vector<Value>& values, const std::vector<Ext>& point) {
    Ext sum = Ext::zero();
    for (std::size_t x = 0; x < values.size(); ++x) sum += eq_at(point, x) * values[x];
    return sum;
}

/// The polynomial of degree count - 1 through (i, values[i]), by Lagrange's formula.
template <class Ext>
[[nodiscard]] Ext through_integers(std::span<const Ext> values, const Ext& x) {
    Ext sum = Ext::zero();
    for (std::size_t i = 0; i < values.size(); ++i) {
        Ext term = values[i];
        for (std::size_t j = 0; j < values.size(); ++j) {
            if (j == i) continue;
            const KoalaBear xj = KoalaBear::from_canonical(static_cast<std::uint32_t>(j));
            const KoalaBear xi = KoalaBear::from_canonical(static_cast<std::uint32_t>(i));
            term *= (x - xj) * (xi - xj).inverse();
        }
        sum += term;
    }
    return sum;
}

template <class Value>
[[nodiscard]] std::vector<Value> code_word(const std::vector<Value>& coefficients, unsigned domain) {
    const KoalaBear generator = KoalaBear::two_adic_generator(domain);
    std::vector<Value> result;
    for (std::size_t i = 0; i < (std::size_t{1} << domain); ++i) {
        const KoalaBear x = generator.pow(reversed(i, domain));
        Value value = Value::zero();
        for (std::size_t j = coefficients.size(); j-- > 0;) value = value * x + coefficients[j];
        result.push_back(value);
    }
    return result;
}

/// Binds the lowest variable of a table to r.
template <class Ext>
void bind_lowest(std::vector<Ext>& values, const Ext& r) {
    for (std::size_t y = 0; y < values.size() / 2; ++y)
        values[y] = (Ext::one() - r) * values[2 * y] + r * values[2 * y + 1];
    values.resize(values.size() / 2);
}

// ---- Merkle trees --------------------------------------------------------------------------------------------------

template <class S>
struct NaiveTree {
    using Digest = typename S::Digest;
    std::vector<std::vector<KoalaBear>> leaves;
    std::vector<std::vector<Digest>> levels;

    NaiveTree() = default;
    explicit NaiveTree(std::vector<std::vector<KoalaBear>> contents) : leaves(std::move(contents)) {
        levels.emplace_back();
        for (const auto& leaf : leaves) levels[0].push_back(S::Hasher::hash_leaf(leaf));
        while (levels.back().size() > 1) {
            std::vector<Digest> above;
            for (std::size_t i = 0; i < levels.back().size(); i += 2)
                above.push_back(S::Hasher::compress(levels.back()[i], levels.back()[i + 1]));
            levels.push_back(std::move(above));
        }
    }
    [[nodiscard]] Digest root() const { return levels.empty() ? Digest{} : levels.back()[0]; }
    /// The siblings of a multi-opening.
    [[nodiscard]] std::vector<Digest> siblings(std::set<std::size_t> indices) const {
        std::vector<Digest> result;
        for (std::size_t level = 0; level + 1 < levels.size(); ++level) {
            std::set<std::size_t> above;
            for (const std::size_t index : indices) {
                if (!indices.contains(index ^ 1)) result.push_back(levels[level][index ^ 1]);
                above.insert(index / 2);
            }
            indices = std::move(above);
        }
        return result;
    }
};

/// Log of the size of the domain that oracle `level` is encoded on.
template <class S>
[[nodiscard]] unsigned oracle_domain(unsigned h, unsigned level) {
    const params::Opening& opening = S::kOpening;
    unsigned domain = h + opening.log_inverse_rate;
    if (opening.kind == params::OpeningKind::basefold) return domain - opening.group_start(h, level);
    domain -= opening.group_size(h, 0);
    for (unsigned j = 0; j < level; ++j) domain += opening.group_size(h, j) - 1 - opening.group_size(h, j + 1);
    return domain;
}

inline void append(std::vector<KoalaBear>& elements, KoalaBear value) {
    elements.push_back(value);
}
template <unsigned D>
void append(std::vector<KoalaBear>& elements, const math::Extension<D>& value) {
    elements.insert(elements.end(), value.limb, value.limb + D);
}

/// The leaves of oracle `level` that holds these polynomials: by section 3, or by section 7.1.
template <class S, class Value>
[[nodiscard]] std::vector<std::vector<KoalaBear>> oracle_leaves(const std::vector<std::vector<Value>>& polynomials,
                                                                unsigned h, unsigned level, unsigned domain) {
    const unsigned size = S::kOpening.group_size(h, level);
    if (S::kOpening.kind == params::OpeningKind::basefold) {
        std::vector<std::vector<KoalaBear>> leaves(std::size_t{1} << (domain - size));
        for (const auto& polynomial : polynomials) {
            const std::vector<Value> word = code_word(polynomial, domain);
            for (std::size_t i = 0; i < word.size(); ++i) append(leaves[i >> size], word[i]);
        }
        return leaves;
    }
    std::vector<std::vector<KoalaBear>> leaves(std::size_t{1} << domain);
    for (const auto& polynomial : polynomials) {
        for (std::size_t u = 0; u < (std::size_t{1} << size); ++u) {
            std::vector<Value> component;
            for (std::size_t x = u; x < polynomial.size(); x += std::size_t{1} << size)
                component.push_back(polynomial[x]);
            const std::vector<Value> word = code_word(component, domain);
            for (std::size_t i = 0; i < word.size(); ++i) append(leaves[i], word[i]);
        }
    }
    return leaves;
}

/// The commitment to one group of a table: stack columns, their code words, the tree.
template <class S>
struct NaiveCommitment {
    std::vector<std::vector<KoalaBear>> columns;  ///< 2^h elements each
    NaiveTree<S> tree;

    NaiveCommitment() = default;
    NaiveCommitment(const NaiveTable& table, std::size_t group) {
        const unsigned h = table.stack_height;
        std::vector<KoalaBear> dense;
        for (std::size_t c = 0; c < table.machine.chips.size(); ++c) {
            for (std::uint32_t k = 0; table.height(c) != 0 && k < table.machine.chips[c].widths[group]; ++k) {
                const std::vector<KoalaBear> column = table.column(c, group, k);
                dense.insert(dense.end(), column.begin(), column.end());
                while (dense.size() % 4 != 0) dense.push_back(KoalaBear::zero());
            }
        }
        while (dense.size() % (std::size_t{1} << h) != 0) dense.push_back(KoalaBear::zero());
        for (std::size_t at = 0; at < dense.size(); at += std::size_t{1} << h)
            columns.emplace_back(dense.begin() + static_cast<std::ptrdiff_t>(at),
                                 dense.begin() + static_cast<std::ptrdiff_t>(at + (std::size_t{1} << h)));
        if (!columns.empty()) tree = NaiveTree<S>(oracle_leaves<S>(columns, h, 0, oracle_domain<S>(h, 0)));
    }
};

// ---- The proof of one table ----------------------------------------------------------------------------------------

/// What all tables of an execution share.
template <class S>
struct NaiveContext {
    typename S::Digest key_digest{};
    std::uint32_t shards = 0;
    typename S::Digest link_root{};
    typename S::Ext link_a{};
    typename S::Ext link_b{};
};

template <class S>
class NaiveTableProver {
 public:
    using Ext = typename S::Ext;
    using Digest = typename S::Digest;
    using Type = machine::InteractionType;

    NaiveTableProver(const NaiveTable& table, const NaiveCommitment<S> (&commitments)[3],
                     const NaiveContext<S>& context, std::uint32_t number, const Forgery<Ext>& forgery,
                     LabelledProof& proof)
        : table_(table),
          commitments_(commitments),
          context_(context),
          number_(number),
          forgery_(forgery),
          proof_(proof),
          transcript_("sluice table proof 1") {}

    void prove() {
        absorb_header();
        grind("lookup_grinding", S::kProfile.lookup_grinding_bits);
        a_ = sample("a");
        b_ = sample("b");
        measure();
        prove_gkr();
        prove_zerocheck();
        prove_jagged();
        prove_opening();
    }

 private:
    // ---- Messages

    Ext sample(std::string_view label) { return transcript_.template sample_ext<Ext::kDegree>(label); }

    void put(std::string_view label, std::span<const KoalaBear> elements) {
        proof_.parts.push_back({std::string(label), number_, proof_.words.size(), 0});
        for (const KoalaBear element : elements) proof_.words.push_back(element.canonical());
        proof_.parts.back().word_count = proof_.words.size() - proof_.parts.back().first_word;
    }
    void put(std::string_view label, const Digest& digest) { put(label, std::span<const KoalaBear>(digest.element)); }

    [[nodiscard]] bool is_forged() const { return forgery_.table == number_; }
    [[nodiscard]] bool plays_along(PlayAlong how_far) const { return is_forged() && forgery_.play_along >= how_far; }

    void send(std::string_view label, std::vector<Ext>& message) {
        if (forgery_.tamper && is_forged()) forgery_.tamper(label, sent_[std::string(label)]++, message);
        std::vector<KoalaBear> limbs;
        for (const Ext& element : message) limbs.insert(limbs.end(), element.limb, element.limb + Ext::kDegree);
        transcript_.absorb(label, std::span<const KoalaBear>(limbs));
        put(label, limbs);
    }
    /// Sends a round whose check is weight0 g(0) + weight1 g(1) = claim.
    void send_round(std::string_view label, std::vector<Ext>& g, const Ext& weight0, const Ext& weight1,
                    const Ext& claim) {
        if (plays_along(PlayAlong::rounds)) {
            const Ext shift = (claim - weight0 * g[0] - weight1 * g[1]) * (weight0 + weight1).inverse();
            for (Ext& value : g) value += shift;
        }
        send(label, g);
    }
    void grind(std::string_view label, unsigned bits) {
        if (bits == 0) return;
        const KoalaBear nonce = *hash::grind(transcript_, bits);
        if (!transcript_.check_grinding(label, bits, nonce)) std::abort();
        put(label, std::span(&nonce, 1));
    }

    void absorb_header() {
        const auto absorb_number = [&](std::string_view label, std::uint32_t value) {
            transcript_.absorb(label, KoalaBear::from_canonical(value));
        };
        transcript_.absorb("key_digest", context_.key_digest);
        absorb_number("machine", number_ == 0 ? 1 : 0);
        absorb_number("shards", context_.shards);
        absorb_number("shard", number_);
        transcript_.absorb("link_root", context_.link_root);
        transcript_.absorb("link_a", context_.link_a);
        transcript_.absorb("link_b", context_.link_b);
        absorb_number("stack_height", table_.stack_height);
        for (const machine::ChipTrace& chip : table_.trace.chips) absorb_number("heights", chip.height);
        transcript_.absorb("public_values", std::span<const KoalaBear>(table_.trace.public_values));
        transcript_.absorb("linked_root", commitments_[1].tree.root());
        transcript_.absorb("main_root", commitments_[2].tree.root());
    }

    // ---- Rows and interactions

    struct Place {
        std::size_t chip;
        const machine::Interaction* interaction;
    };

    void measure() {
        std::uint32_t highest = 0;
        for (const machine::ChipTrace& chip : table_.trace.chips) highest = std::max(highest, chip.height);
        while ((std::size_t{1} << mu_) < highest) ++mu_;
        std::size_t longest = 0;
        for (std::size_t c = 0; c < chips().size(); ++c) {
            for (const machine::Interaction& interaction : chips()[c].program.interactions)
                places_[static_cast<std::size_t>(interaction.type)].push_back({c, &interaction});
        }
        for (const auto& list : places_) longest = std::max(longest, list.size());
        while ((std::size_t{1} << kappa_) < longest) ++kappa_;
    }
    [[nodiscard]] std::span<const machine::Chip> chips() const { return table_.machine.chips; }

    /// Values of a program's nodes for given column values.
    [[nodiscard]] std::vector<Ext> nodes(std::size_t c, const std::array<std::vector<Ext>, 3>& row) const {
        std::vector<Ext> values;
        for (const machine::Node& node : chips()[c].program.nodes) {
            switch (node.kind) {
                case machine::NodeKind::constant:
                    values.push_back(Ext::from_base(KoalaBear::from_canonical(node.a)));
                    break;
                case machine::NodeKind::preprocessed:
                case machine::NodeKind::linked:
                case machine::NodeKind::main:
                    values.push_back(row[static_cast<std::size_t>(node.kind) - 1][node.a]);
                    break;
                case machine::NodeKind::public_value:
                    values.push_back(Ext::from_base(table_.trace.public_values[node.a]));
                    break;
                case machine::NodeKind::add:
                    values.push_back(values[node.a] + values[node.b]);
                    break;
                case machine::NodeKind::sub:
                    values.push_back(values[node.a] - values[node.b]);
                    break;
                case machine::NodeKind::mul:
                    values.push_back(values[node.a] * values[node.b]);
                    break;
            }
        }
        return values;
    }
    [[nodiscard]] std::vector<Ext> row_nodes(std::size_t c, std::size_t x) const {
        std::array<std::vector<Ext>, 3> row;
        for (std::size_t g = 0; g < 3; ++g) {
            for (std::uint32_t k = 0; k < chips()[c].widths[g]; ++k)
                row[g].push_back(Ext::from_base(x < table_.height(c) ? table_.column(c, g, k)[x] : KoalaBear::zero()));
        }
        return nodes(c, row);
    }
    [[nodiscard]] Ext fingerprint(const Place& place, const std::vector<Ext>& values) const {
        const bool link = place.interaction->type == Type::link;
        const Ext b = link ? context_.link_b : b_;
        Ext sum = (link ? context_.link_a : a_) + KoalaBear::from_canonical(place.interaction->kind);
        Ext power = b;
        const machine::Program& program = chips()[place.chip].program;
        for (std::uint32_t k = 0; k < place.interaction->element_count; ++k) {
            sum += power * values[program.elements[place.interaction->first_element + k]];
            power *= b;
        }
        return sum;
    }

    // ---- Section 5

    using Layer = std::array<std::vector<Ext>, 6>;

    [[nodiscard]] Layer leaves() const {
        const std::size_t rows = std::size_t{1} << mu_;
        Layer layer;
        for (std::size_t j = 0; j < 6; ++j)
            layer[j].assign(rows << kappa_, j == 2 || j == 4 ? Ext::zero() : Ext::one());
        for (std::size_t type = 0; type < 4; ++type) {
            for (std::size_t i = 0; i < places_[type].size(); ++i) {
                const Place& place = places_[type][i];
                for (std::size_t x = 0; x < table_.height(place.chip); ++x) {
                    const std::vector<Ext> values = row_nodes(place.chip, x);
                    const Ext s = values[place.interaction->multiplicity];
                    const Ext print = fingerprint(place, values);
                    const std::size_t leaf = x + rows * i;
                    if (type < 2) {
                        layer[type][leaf] = Ext::one() + s * (print - Ext::one());
                    } else {
                        layer[2 * type - 2][leaf] = s;
                        layer[2 * type - 1][leaf] = print;
                    }
                }
            }
        }
        return layer;
    }

    /// Values of the six of a node, from those of its children; c[2 j + i] is value j of child i.
    [[nodiscard]] static std::array<Ext, 6> node_of(const std::array<Ext, 12>& c) {
        return {c[0] * c[1],  c[2] * c[3], c[4] * c[7] + c[5] * c[6], c[6] * c[7], c[8] * c[11] + c[9] * c[10],
                c[10] * c[11]};
    }
    [[nodiscard]] static Ext combine(std::span<const Ext> values, const Ext& power) {
        Ext sum = Ext::zero();
        Ext factor = Ext::one();
        for (const Ext& value : values) {
            sum += factor * value;
            factor *= power;
        }
        return sum;
    }

    void prove_gkr() {
        std::vector<Layer> layers{leaves()};
        while (layers.back()[0].size() > 1) {
            Layer above;
            for (std::size_t y = 0; y < layers.back()[0].size(); y += 2) {
                std::array<Ext, 12> children;
                for (std::size_t j = 0; j < 6; ++j) {
                    children[2 * j] = layers.back()[j][y];
                    children[2 * j + 1] = layers.back()[j][y + 1];
                }
                const std::array<Ext, 6> node = node_of(children);
                for (std::size_t j = 0; j < 6; ++j) above[j].push_back(node[j]);
            }
            layers.push_back(std::move(above));
        }
        std::reverse(layers.begin(), layers.end());
        std::vector<Ext> roots;
        for (std::size_t j = 0; j < 6; ++j) roots.push_back(layers[0][j][0]);
        send("roots", roots);
        claim_ = roots;
        for (std::size_t l = 0; l < mu_ + kappa_; ++l) prove_layer(l, layers[l + 1]);
    }

    void prove_layer(std::size_t l, const Layer& below) {
        const Ext lambda = sample("lambda");
        Ext sum = combine(claim_, lambda);
        std::array<std::vector<Ext>, 12> child;
        for (std::size_t j = 0; j < 12; ++j) {
            for (std::size_t y = 0; y < (std::size_t{1} << l); ++y) child[j].push_back(below[j / 2][2 * y + j % 2]);
        }
        std::vector<Ext> r;
        for (std::size_t k = 0; k < l; ++k) {
            std::vector<Ext> g;
            for (std::uint32_t x = 0; x < 3; ++x) {
                Ext value = Ext::zero();
                for (std::size_t y = 0; y < child[0].size() / 2; ++y) {
                    std::array<Ext, 12> at;
                    for (std::size_t j = 0; j < 12; ++j)
                        at[j] =
                            child[j][2 * y] + (child[j][2 * y + 1] - child[j][2 * y]) * KoalaBear::from_canonical(x);
                    value += eq_at(rho_, y, k + 1) * combine(node_of(at), lambda);
                }
                g.push_back(value);
            }
            send_round("gkr_round", g, Ext::one() - rho_[k], rho_[k], sum);
            r.push_back(sample("gkr_point"));
            sum = through_integers<Ext>(g, r.back());
            for (auto& values : child) bind_lowest(values, r.back());
        }
        std::vector<Ext> children;
        for (const auto& values : child) children.push_back(values[0]);
        if (plays_along(PlayAlong::children)) {
            std::array<Ext, 12> c;
            std::copy(children.begin(), children.end(), c.begin());
            children[2] += (sum - combine(node_of(c), lambda)) * (lambda * children[3]).inverse();
        }
        send("gkr_children", children);
        const Ext t = sample("gkr_child");
        for (std::size_t j = 0; j < 6; ++j) claim_[j] = (Ext::one() - t) * children[2 * j] + t * children[2 * j + 1];
        rho_ = {t};
        rho_.insert(rho_.end(), r.begin(), r.end());
    }

    // ---- Section 6

    [[nodiscard]] Ext place_weight(std::size_t i) const { return eq_at(rho_, i, mu_); }

    /// Z for given column values of all chips.
    [[nodiscard]] Ext z_of(const std::vector<std::array<std::vector<Ext>, 3>>& rows, const Ext& xi) const {
        std::vector<Ext> terms;
        std::vector<std::vector<Ext>> values;
        std::vector<std::vector<Ext>> empty;
        for (std::size_t c = 0; c < chips().size(); ++c) {
            values.push_back(nodes(c, rows[c]));
            empty.push_back(row_nodes(c, table_.height(c)));
            for (const std::uint32_t constraint : chips()[c].program.constraints)
                terms.push_back(values[c][constraint]);
        }
        std::array<Ext, 6> right{};
        for (std::size_t type = 0; type < 4; ++type) {
            for (std::size_t i = 0; i < places_[type].size(); ++i) {
                const Place& place = places_[type][i];
                const Ext s = values[place.chip][place.interaction->multiplicity];
                const Ext print = fingerprint(place, values[place.chip]);
                if (type < 2) {
                    right[type] += place_weight(i) * s * (print - Ext::one());
                } else {
                    right[2 * type - 2] += place_weight(i) * s;
                    right[2 * type - 1] += place_weight(i) * (print - fingerprint(place, empty[place.chip]));
                }
            }
        }
        terms.insert(terms.end(), right.begin(), right.end());
        return combine(terms, xi);
    }

    [[nodiscard]] Ext zerocheck_claim(const Ext& xi) const {
        std::vector<Ext> terms;
        for (std::size_t c = 0; c < chips().size(); ++c)
            terms.insert(terms.end(), chips()[c].program.constraints.size(), Ext::zero());
        std::array<Ext, 6> left;
        for (std::size_t j = 0; j < 6; ++j) left[j] = claim_[j] - (j == 2 || j == 4 ? Ext::zero() : Ext::one());
        const std::vector<Ext> rho_rows(rho_.begin(), rho_.begin() + static_cast<std::ptrdiff_t>(mu_));
        for (std::size_t type = 2; type < 4; ++type) {
            for (std::size_t i = 0; i < places_[type].size(); ++i) {
                const Place& place = places_[type][i];
                const std::uint32_t n = table_.height(place.chip);
                const Ext empty = fingerprint(place, row_nodes(place.chip, n));
                for (std::size_t x = 0; x < n; ++x)
                    left[2 * type - 1] -= place_weight(i) * (empty - Ext::one()) * eq_at(rho_rows, x);
            }
        }
        terms.insert(terms.end(), left.begin(), left.end());
        return combine(terms, xi);
    }

    void prove_zerocheck() {
        const Ext xi = sample("xi");
        Ext sum = zerocheck_claim(xi);
        // [chip][group][column]: values on all 2^mu rows
        std::vector<std::array<std::vector<std::vector<Ext>>, 3>> columns(chips().size());
        for (std::size_t c = 0; c < chips().size(); ++c) {
            for (std::size_t g = 0; g < 3; ++g) {
                for (std::uint32_t k = 0; k < chips()[c].widths[g]; ++k) {
                    std::vector<Ext> values(std::size_t{1} << mu_, Ext::zero());
                    for (std::size_t x = 0; x < table_.height(c); ++x)
                        values[x] = Ext::from_base(table_.column(c, g, k)[x]);
                    columns[c][g].push_back(std::move(values));
                }
            }
        }
        const auto row_at = [&](std::size_t y, const KoalaBear x, std::size_t c) {
            std::array<std::vector<Ext>, 3> row;
            for (std::size_t g = 0; g < 3; ++g) {
                for (const auto& values : columns[c][g])
                    row[g].push_back(values[2 * y] + (values[2 * y + 1] - values[2 * y]) * x);
            }
            return row;
        };
        const std::vector<Ext> rho_rows(rho_.begin(), rho_.begin() + static_cast<std::ptrdiff_t>(mu_));
        for (unsigned k = 0; k < mu_; ++k) {
            std::vector<Ext> g;
            for (std::uint32_t x = 0; x < 4; ++x) {
                Ext value = Ext::zero();
                for (std::size_t y = 0; y < (std::size_t{1} << (mu_ - k - 1)); ++y) {
                    std::vector<std::array<std::vector<Ext>, 3>> rows;
                    for (std::size_t c = 0; c < chips().size(); ++c)
                        rows.push_back(row_at(y, KoalaBear::from_canonical(x), c));
                    value += eq_at(rho_rows, y, k + 1) * z_of(rows, xi);
                }
                g.push_back(value);
            }
            send_round("zerocheck_round", g, Ext::one() - rho_[k], rho_[k], sum);
            row_point_.push_back(sample("row_point"));
            sum = through_integers<Ext>(g, row_point_.back());
            for (auto& chip : columns) {
                for (auto& group : chip) {
                    for (auto& values : group) bind_lowest(values, row_point_.back());
                }
            }
        }
        if (plays_along(PlayAlong::columns)) {
            const auto z_here = [&] {
                std::vector<std::array<std::vector<Ext>, 3>> rows(chips().size());
                for (std::size_t c = 0; c < chips().size(); ++c) {
                    for (std::size_t g = 0; g < 3; ++g) {
                        for (const auto& values : columns[c][g]) rows[c][g].push_back(values[0]);
                    }
                }
                return z_of(rows, xi);
            };
            Ext& value = columns[forgery_.column[0]][forgery_.column[1]][forgery_.column[2]][0];
            const Ext found = z_here();
            value += Ext::one();
            const Ext slope = z_here() - found;
            value += (sum - found) * slope.inverse() - Ext::one();
        }
        for (std::size_t g = 0; g < 3; ++g) {
            for (std::size_t c = 0; c < chips().size(); ++c) {
                for (std::size_t k = 0; table_.height(c) != 0 && k < columns[c][g].size(); ++k)
                    column_values_.push_back(columns[c][g][k][0]);
            }
        }
        send("column_values", column_values_);
    }

    void prove_jagged() {
        const unsigned h = table_.stack_height;
        for (const auto& commitment : commitments_) {
            for (const auto& column : commitment.columns) {
                stack_.push_back(column);
                for (const KoalaBear value : column) dense_.push_back(Ext::from_base(value));
            }
        }
        while ((std::size_t{1} << omega_) < stack_.size()) ++omega_;
        dense_.resize(std::size_t{1} << (h + omega_), Ext::zero());
        const Ext zeta = sample("zeta");
        Ext sum = combine(column_values_, zeta);
        std::vector<Ext> indicator(dense_.size(), Ext::zero());
        Ext power = Ext::one();
        std::size_t group_start = 0;
        for (std::size_t g = 0; g < 3; ++g) {
            std::size_t start = group_start;
            for (std::size_t c = 0; c < chips().size(); ++c) {
                for (std::uint32_t k = 0; table_.height(c) != 0 && k < chips()[c].widths[g]; ++k) {
                    for (std::size_t x = 0; x < table_.height(c); ++x)
                        indicator[start + x] = power * eq_at(row_point_, x);
                    power *= zeta;
                    start += (table_.height(c) + 3) / 4 * 4;
                }
            }
            group_start += commitments_[g].columns.size() << h;
        }
        for (unsigned k = 0; k < h + omega_; ++k) {
            std::vector<Ext> g(3, Ext::zero());
            for (std::uint32_t x = 0; x < 3; ++x) {
                const KoalaBear at = KoalaBear::from_canonical(x);
                for (std::size_t y = 0; y < dense_.size() / 2; ++y)
                    g[x] += (dense_[2 * y] + (dense_[2 * y + 1] - dense_[2 * y]) * at) *
                            (indicator[2 * y] + (indicator[2 * y + 1] - indicator[2 * y]) * at);
            }
            send_round("jagged_round", g, Ext::one(), Ext::one(), sum);
            stack_point_.push_back(sample("stack_point"));
            sum = through_integers<Ext>(g, stack_point_.back());
            bind_lowest(dense_, stack_point_.back());
            bind_lowest(indicator, stack_point_.back());
        }
        const std::vector<Ext> column_point(stack_point_.begin() + h, stack_point_.end());
        stack_point_.resize(h);
        for (const auto& column : stack_) stack_values_.push_back(multilinear_at(column, stack_point_));
        if (plays_along(PlayAlong::stack)) {
            const Ext found = indicator[0] * multilinear_at(stack_values_, column_point);
            stack_values_[0] += (sum - found) * (indicator[0] * eq_at(column_point, 0)).inverse();
        }
        send("stack_values", stack_values_);
    }

    // ---- Section 7

    void prove_opening() {
        grind("batch_grinding", S::kOpening.batch_grinding_bits);
        const Ext beta = sample("beta");
        std::vector<Ext> f(std::size_t{1} << table_.stack_height, Ext::zero());
        Ext power = Ext::one();
        for (const auto& column : stack_) {
            for (std::size_t x = 0; x < f.size(); ++x) f[x] += power * column[x];
            power *= beta;
        }
        const Ext sum = combine(stack_values_, beta);
        if (S::kOpening.kind == params::OpeningKind::basefold) {
            prove_basefold(f, sum);
        } else {
            prove_whir(f, sum);
        }
    }

    void prove_basefold(std::vector<Ext> f, Ext sum) {
        const params::Opening& opening = S::kOpening;
        const unsigned h = table_.stack_height;
        const unsigned groups = opening.num_groups(h);
        std::vector<NaiveTree<S>> folds(1);
        unsigned k = 0;
        const auto weights = [&] {
            std::vector<Ext> eq;
            for (std::size_t x = 0; x < f.size(); ++x) eq.push_back(eq_at(stack_point_, x, k));
            return eq;
        };
        for (unsigned group = 0; group < groups; ++group) {
            for (unsigned i = 0; i < opening.group_size(h, group); ++i, ++k) {
                std::vector<Ext> g(2, Ext::zero());
                for (std::size_t y = 0; y < f.size() / 2; ++y) {
                    g[0] += eq_at(stack_point_, y, k + 1) * f[2 * y];
                    g[1] += eq_at(stack_point_, y, k + 1) * f[2 * y + 1];
                }
                send_round("opening_round", g, Ext::one() - stack_point_[k], stack_point_[k], sum);
                grind("fold_grinding", opening.fold_grinding_bits);
                const Ext r = sample("fold_point");
                sum = (Ext::one() - r) * g[0] + r * g[1];
                bind_lowest(f, r);
            }
            if (group + 1 == groups) break;
            if (group == 0 && plays_along(PlayAlong::fold)) meet_claim(f, weights(), sum);
            folds.push_back(commit_fold(f, group + 1, oracle_domain<S>(h, group + 1)));
        }
        if (plays_along(PlayAlong::last)) meet_claim(f, weights(), sum);
        send("final", f);
        std::set<std::size_t> indices =
            draw_queries(opening.queries[0], oracle_domain<S>(h, 0) - opening.group_size(h, 0));
        open_commitments(indices);
        for (unsigned group = 1; group < groups; ++group) {
            std::set<std::size_t> above;
            for (const std::size_t index : indices) above.insert(index >> opening.group_size(h, group));
            indices = std::move(above);
            open(folds[group], indices, "fold");
        }
    }

    /// T of X at x.
    [[nodiscard]] static Ext point_weight(Ext power, std::size_t x) {
        Ext product = Ext::one();
        for (; x != 0; x >>= 1, power *= power) product *= (x & 1) != 0 ? power : Ext::one();
        return product;
    }

    void prove_whir(std::vector<Ext> f, Ext sum) {
        const params::Opening& opening = S::kOpening;
        const unsigned h = table_.stack_height;
        const unsigned groups = std::max(opening.num_groups(h), 1u);
        std::vector<Ext> w;
        for (std::size_t x = 0; x < f.size(); ++x) w.push_back(eq_at(stack_point_, x));
        NaiveTree<S> oracle;  // of the group, but for the first
        unsigned domain = oracle_domain<S>(h, 0);
        for (unsigned group = 0; group < groups; ++group) {
            for (unsigned i = 0; i < opening.group_size(h, group); ++i) {
                std::vector<Ext> g(3, Ext::zero());
                for (std::uint32_t x = 0; x < 3; ++x) {
                    const KoalaBear at = KoalaBear::from_canonical(x);
                    for (std::size_t y = 0; y < f.size() / 2; ++y)
                        g[x] +=
                            (f[2 * y] + (f[2 * y + 1] - f[2 * y]) * at) * (w[2 * y] + (w[2 * y + 1] - w[2 * y]) * at);
                }
                send_round("opening_round", g, Ext::one(), Ext::one(), sum);
                grind("fold_grinding", opening.fold_grinding_bits);
                const Ext r = sample("fold_point");
                sum = through_integers<Ext>(g, r);
                bind_lowest(f, r);
                bind_lowest(w, r);
            }
            const bool last = group + 1 == groups;
            const std::vector<Ext> folded = f;
            std::vector<std::pair<Ext, Ext>> claims;  // point, value
            NaiveTree<S> next;
            unsigned next_domain = 0;
            if (last) {
                if (plays_along(PlayAlong::last)) meet_claim(f, w, sum);
                send("final", f);
            } else {
                if (group == 0 && plays_along(PlayAlong::fold)) meet_claim(f, w, sum);
                next_domain = oracle_domain<S>(h, group + 1);
                if (group + 2 == groups && is_forged()) next_domain -= forgery_.smaller_last_domain;
                next = commit_fold(f, group + 1, next_domain);
                for (unsigned i = 0; i < opening.ood_samples; ++i) {
                    const Ext point = sample("ood_point");
                    std::vector<Ext> value{value_at(f, point)};
                    send("ood_value", value);
                    claims.emplace_back(point, value[0]);
                }
            }
            const std::set<std::size_t> indices = draw_queries(opening.queries[group], domain);
            if (group == 0) {
                open_commitments(indices);
            } else {
                open(oracle, indices, "fold");
            }
            if (last) return;
            for (const std::size_t index : indices) {
                const Ext point = Ext::from_base(KoalaBear::two_adic_generator(domain).pow(reversed(index, domain)));
                claims.emplace_back(point, value_at(folded, point));
            }
            const Ext gamma = sample("combination");
            Ext power = gamma;
            for (std::size_t i = 0; i < claims.size(); ++i, power *= gamma) {
                const Omit omit = forgery_.omit && is_forged() ? forgery_.omit(group, i) : Omit::nothing;
                if (omit != Omit::claim) sum += power * claims[i].second;
                for (std::size_t x = 0; omit == Omit::nothing && x < w.size(); ++x)
                    w[x] += power * point_weight(claims[i].first, x);
            }
            oracle = std::move(next);
            domain = next_domain;
        }
    }

    [[nodiscard]] static Ext value_at(const std::vector<Ext>& coefficients, const Ext& x) {
        Ext value = Ext::zero();
        for (std::size_t i = coefficients.size(); i-- > 0;) value = value * x + coefficients[i];
        return value;
    }

    /// Changes the first value of a vector so that its sum with these weights is `claim`. (As a polynomial it differs
    /// by a constant then, so from the honest one at every point.)
    static void meet_claim(std::vector<Ext>& f, const std::vector<Ext>& weights, const Ext& claim) {
        Ext found = Ext::zero();
        for (std::size_t x = 0; x < f.size(); ++x) found += weights[x] * f[x];
        f[0] += (claim - found) * weights[0].inverse();
    }

    [[nodiscard]] NaiveTree<S> commit_fold(const std::vector<Ext>& f, unsigned level, unsigned domain) {
        NaiveTree<S> tree(oracle_leaves<S, Ext>({f}, table_.stack_height, level, domain));
        transcript_.absorb("fold_root", tree.root());
        put("fold_root", tree.root());
        return tree;
    }

    [[nodiscard]] std::set<std::size_t> draw_queries(std::uint32_t count, unsigned bits) {
        grind("query_grinding", S::kOpening.query_grinding_bits);
        std::set<std::size_t> indices;
        for (std::uint32_t q = 0; q < count; ++q) indices.insert(transcript_.sample_bits("query", bits));
        return indices;
    }

    void open_commitments(const std::set<std::size_t>& indices) {
        for (std::size_t g = 0; g < 3; ++g) {
            if (!commitments_[g].columns.empty()) open(commitments_[g].tree, indices, kGroupName[g]);
        }
    }

    void open(const NaiveTree<S>& tree, const std::set<std::size_t>& indices, std::string_view name) {
        for (const std::size_t index : indices) put(std::string("leaf ").append(name), tree.leaves[index]);
        for (const Digest& sibling : tree.siblings(indices)) put(std::string("sibling ").append(name), sibling);
    }

    static constexpr std::string_view kGroupName[3] = {"preprocessed", "linked", "main"};

    const NaiveTable& table_;
    const NaiveCommitment<S> (&commitments_)[3];
    const NaiveContext<S>& context_;
    std::uint32_t number_;
    const Forgery<Ext>& forgery_;
    LabelledProof& proof_;
    typename S::Transcript transcript_;
    std::map<std::string, std::size_t> sent_;
    unsigned mu_ = 0;
    unsigned kappa_ = 0;
    unsigned omega_ = 0;
    Ext a_{};
    Ext b_{};
    std::array<std::vector<Place>, 4> places_;
    std::vector<Ext> claim_;  ///< v
    std::vector<Ext> rho_;
    std::vector<Ext> row_point_;
    std::vector<Ext> column_values_;
    std::vector<std::vector<KoalaBear>> stack_;
    std::vector<Ext> dense_;
    std::vector<Ext> stack_point_;
    std::vector<Ext> stack_values_;
};

// ---- The proof of an execution
// ---------------------------------------------------------------------------------------

/// A key and its machines' preprocessed columns, by machine and chip.
struct NaiveKey {
    std::vector<std::uint8_t> bytes;
    std::vector<machine::Machine> machines;
    std::vector<std::vector<std::vector<KoalaBear>>> preprocessed;

    [[nodiscard]] bool has_boundary() const { return machines.size() == 2; }
};

/// The digest of a key's bytes.
template <class S>
[[nodiscard]] typename S::Digest naive_key_digest(const std::vector<std::uint8_t>& bytes) {
    std::vector<KoalaBear> elements{KoalaBear::from_canonical(0x4b),
                                    KoalaBear::from_canonical(static_cast<std::uint32_t>(bytes.size()))};
    for (std::size_t at = 0; at < bytes.size(); at += 3) {
        std::uint32_t word = 0;
        for (std::size_t i = 3; i-- > 0;) word = 256 * word + (at + i < bytes.size() ? bytes[at + i] : 0u);
        elements.push_back(KoalaBear::from_canonical(word));
    }
    return S::Hasher::hash_leaf(elements);
}

/// Proves an execution. traces[0] is the boundary's, which counts for nothing without a boundary machine; stack_heights
/// are those of the tables.
template <class S>
class NaiveProver {
 public:
    using Ext = typename S::Ext;
    using Digest = typename S::Digest;

    NaiveProver(const NaiveKey& key, const std::vector<machine::TableTrace>& traces,
                const std::vector<unsigned>& stack_heights)
        : key_(key), first_(key.has_boundary() ? 0 : 1) {
        tables_.resize(traces.size());
        for (std::size_t i = first_; i < traces.size(); ++i) {
            const std::size_t machine = i == 0 ? 1 : 0;
            tables_[i] = {key.machines[machine], key.preprocessed[machine], traces[i], stack_heights[i]};
        }
    }

    [[nodiscard]] LabelledProof prove(const Forgery<Ext>& forgery = {}) const {
        LabelledProof proof;
        const auto put = [&](std::string_view label, std::uint32_t table, std::uint32_t word) {
            proof.parts.push_back({std::string(label), table, proof.words.size(), 1});
            proof.words.push_back(word);
        };
        const auto n = static_cast<std::uint32_t>(tables_.size() - 1);
        put("magic", 0, 0x46504c53);
        put("version", 0, 1);
        put("shards", 0, n);
        std::vector<NaiveCommitment<S>> commitments[3];
        for (auto& list : commitments) list.resize(tables_.size());
        for (std::uint32_t i = first_; i <= n; ++i) {
            const NaiveTable& table = tables_[i];
            for (std::size_t g = 0; g < 3; ++g) commitments[g][i] = NaiveCommitment<S>(table, g);
            put("stack_height", i, table.stack_height);
            for (const machine::ChipTrace& chip : table.trace.chips) put("heights", i, chip.height);
            for (const KoalaBear value : table.trace.public_values) put("public_values", i, value.canonical());
            for (const KoalaBear element : commitments[1][i].tree.root().element)
                put("linked_root", i, element.canonical());
            for (const KoalaBear element : commitments[2][i].tree.root().element)
                put("main_root", i, element.canonical());
        }
        NaiveContext<S> context;
        context.key_digest = naive_key_digest<S>(key_.bytes);
        context.shards = n;
        context.link_root = link_root(commitments[1]);
        typename S::Transcript transcript("sluice linking 1");
        transcript.absorb("key_digest", context.key_digest);
        transcript.absorb("shards", KoalaBear::from_canonical(n));
        transcript.absorb("link_root", context.link_root);
        const unsigned bits = S::kProfile.linking_grinding_bits;
        if (bits != 0) {
            const KoalaBear nonce = *hash::grind(transcript, bits);
            if (!transcript.check_grinding("link_grinding", bits, nonce)) std::abort();
            put("link_grinding", 0, nonce.canonical());
        }
        context.link_a = transcript.template sample_ext<Ext::kDegree>("link_a");
        context.link_b = transcript.template sample_ext<Ext::kDegree>("link_b");
        for (std::uint32_t i = first_; i <= n; ++i) {
            const NaiveCommitment<S> own[3] = {commitments[0][i], commitments[1][i], commitments[2][i]};
            NaiveTableProver<S>(tables_[i], own, context, i, forgery, proof).prove();
        }
        return proof;
    }

 private:
    [[nodiscard]] Digest link_root(const std::vector<NaiveCommitment<S>>& linked) const {
        std::vector<Digest> nodes(1, Digest{});
        for (std::uint32_t i = 0; i < tables_.size(); ++i) {
            if (i != 0) nodes.emplace_back();
            if (i < first_) continue;
            const NaiveTable& table = tables_[i];
            std::vector<KoalaBear> leaf{KoalaBear::from_canonical(0x4c), KoalaBear::from_canonical(i),
                                        KoalaBear::from_canonical(table.stack_height)};
            for (std::size_t c = 0; c < table.machine.chips.size(); ++c) {
                if (table.machine.chips[c].width(machine::Group::linked) != 0)
                    leaf.push_back(KoalaBear::from_canonical(table.height(c)));
            }
            leaf.insert(leaf.end(), table.trace.public_values.begin(), table.trace.public_values.end());
            const Digest root = linked[i].tree.root();
            leaf.insert(leaf.end(), std::begin(root.element), std::end(root.element));
            nodes[i] = S::Hasher::hash_leaf(leaf);
        }
        while ((nodes.size() & (nodes.size() - 1)) != 0) nodes.emplace_back();
        for (; nodes.size() > 1; nodes.resize(nodes.size() / 2)) {
            for (std::size_t i = 0; i < nodes.size() / 2; ++i)
                nodes[i] = S::Hasher::compress(nodes[2 * i], nodes[2 * i + 1]);
        }
        return nodes[0];
    }

    const NaiveKey& key_;
    std::uint32_t first_;
    std::vector<NaiveTable> tables_;
};

}  // namespace sluice::test
