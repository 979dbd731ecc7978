// `sluice params`: the security parameters, and what they are worth. SPDX-License-Identifier: MIT OR Apache-2.0
#include <cstdio>

#include "nlohmann/json.hpp"

#include "commands/command.h"
#include "sluice/params/profile.h"
#include "sluice/soundness/markdown.h"
#include "sluice/soundness/protocol.h"

namespace sluice::host {
namespace {

nlohmann::json limits_json(const params::Limits& limits) {
    return {
        {"chips", limits.max_chips},
        {"log_rows", limits.max_log_rows},
        {"total_rows", limits.max_total_rows},
        {"columns", limits.max_columns},
        {"constraint_degree", limits.max_constraint_degree},
        {"constraints", limits.max_constraints},
        {"interactions", limits.max_interactions},
        {"record_elements", limits.max_record_elements},
        {"lookup_elements", limits.max_lookup_elements},
        {"link_elements", limits.max_link_elements},
        {"record_terms", limits.max_record_terms},
        {"lookup_terms", limits.max_lookup_terms},
        {"linking_terms", limits.max_linking_terms},
        {"shards", limits.max_shards},
    };
}

nlohmann::json opening_json(const params::Profile& profile, const params::Opening& opening) {
    const soundness::Report report = soundness::evaluate(profile, opening);
    nlohmann::json rounds = nlohmann::json::array();
    for (const soundness::Round& round : report.rounds) {
        rounds.push_back({{"step", round.step},
                          {"challenge", round.name},
                          {"count", round.count},
                          {"error", round.formula},
                          {"grinding_bits", round.grinding_bits},
                          {"bits", round.bits()},
                          {"source", round.source}});
    }
    nlohmann::json queries = nlohmann::json::array();
    for (const std::uint32_t count : opening.queries) {
        if (count > 0) queries.push_back(count);
    }
    return {
        {"name", std::string(params::name_of(opening.id))},
        {"id", static_cast<int>(opening.id)},
        {"kind", std::string(params::name_of(opening.kind))},
        {"log_inverse_rate", opening.log_inverse_rate},
        {"fold_arity_log", opening.fold_arity_log},
        {"final_log", opening.final_log},
        {"queries", queries},
        {"query_grinding_bits", opening.query_grinding_bits},
        {"batch_grinding_bits", opening.batch_grinding_bits},
        {"fold_grinding_bits", opening.fold_grinding_bits},
        {"ood_samples", opening.ood_samples},
        {"min_stack_height_log", opening.min_stack_height_log},
        {"max_stack_height_log", opening.max_stack_height_log},
        {"max_stack_columns", opening.max_stack_columns},
        {"bits", report.bits()},
        {"union_bits", report.union_bits()},
        {"execution_union_bits", report.execution_union_bits()},
        {"rounds", rounds},
    };
}

nlohmann::json profile_json(const params::Profile& profile) {
    const soundness::Report report = soundness::evaluate(profile, profile.opening());
    nlohmann::json openings = nlohmann::json::array();
    for (const params::Opening& opening : profile.openings) openings.push_back(opening_json(profile, opening));
    return {
        {"name", std::string(profile.name)},
        {"id", static_cast<int>(profile.id)},
        {"target_bits", profile.target_bits},
        {"bits", report.bits()},
        {"extension_degree", profile.extension_degree},
        {"hasher", std::string(params::name_of(profile.hasher))},
        {"hash_width", profile.hash_width},
        {"hash_capacity", profile.hash_capacity},
        {"digest_length", profile.digest_length},
        {"digest_collision_bits", report.hash.digest_collision},
        {"sponge_capacity_bits", report.hash.sponge_capacity},
        {"lookup_grinding_bits", profile.lookup_grinding_bits},
        {"linking_grinding_bits", profile.linking_grinding_bits},
        {"limits", limits_json(profile.limits)},
        {"default_opening", std::string(params::name_of(profile.default_opening))},
        {"openings", openings},
    };
}

class Params final : public Command {
 public:
    [[nodiscard]] std::string name() const override { return "params"; }
    [[nodiscard]] std::string help() const override {
        return "Show the security profiles with the provable bits of every round and expected proof sizes";
    }
    void add_options(CLI::App& app) override { app.add_flag("--json", json_, "Print JSON"); }

    Exit run() override {
        if (!json_) {
            std::fputs(soundness::markdown_tables().c_str(), stdout);
            return Exit::ok;
        }
        nlohmann::json profiles = nlohmann::json::array();
        for (const params::Profile* profile : params::kProfiles) profiles.push_back(profile_json(*profile));
        std::printf("%s\n", nlohmann::json{{"profiles", profiles}}.dump(2).c_str());
        return Exit::ok;
    }

 private:
    bool json_ = false;
};

}  // namespace

std::unique_ptr<Command> make_params_command() {
    return std::make_unique<Params>();
}

}  // namespace sluice::host
