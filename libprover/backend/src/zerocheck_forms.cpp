// See zerocheck_forms.h. SPDX-License-Identifier: MIT OR Apache-2.0
#include "sluice/backend/zerocheck_forms.h"

namespace sluice::backend {

std::vector<KoalaBear> zero_values(const machine::Program& program, std::span<const KoalaBear> public_values) {
    std::vector<KoalaBear> values(program.nodes.size(), KoalaBear::zero());
    for (std::size_t i = 0; i < values.size(); ++i) {
        const machine::Node& node = program.nodes[i];
        switch (node.kind) {
            case machine::NodeKind::constant:
                values[i] = KoalaBear::from_canonical(node.a);
                break;
            case machine::NodeKind::public_value:
                values[i] = public_values[node.a];
                break;
            case machine::NodeKind::add:
                values[i] = values[node.a] + values[node.b];
                break;
            case machine::NodeKind::sub:
                values[i] = values[node.a] - values[node.b];
                break;
            case machine::NodeKind::mul:
                values[i] = values[node.a] * values[node.b];
                break;
            default:
                break;
        }
    }
    return values;
}

}  // namespace sluice::backend
