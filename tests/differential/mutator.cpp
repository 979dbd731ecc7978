// Blocks of the public tests, changed at random. SPDX-License-Identifier: MIT OR Apache-2.0
#include "differential/mutator.h"

#include <algorithm>
#include <iterator>

#include "differential/json_text.h"
#include "fixtures/package.h"
#include "fixtures/state_json.h"
#include "sample/system_contracts.h"
#include "sluice/base/keccak.h"
#include "sluice/witness_host/hex.h"

namespace sluice::test {
namespace {

using Json = nlohmann::json;

constexpr unsigned kMaxTransactions = 8;
// The other implementation takes its time, and a changed program may loop until its gas is used up.
constexpr std::uint64_t kMaxGas = 1'000'000;
constexpr std::size_t kMaxCaseSize = 60'000;
// Too little for the accounts of a case to have 2^256 wei together: no EIP says what a balance is from there on.
constexpr Uint256 kMaxBalance = ~Uint256(0) >> 8;
constexpr const char* kNetworks[] = {"Paris", "Shanghai", "Cancun", "Prague", "Osaka"};

const host::Signer& signer(unsigned index) {
    static const std::vector<host::Signer> signers = [] {
        std::vector<host::Signer> made;
        for (unsigned i = 0; i < 2 * kMaxTransactions; ++i) made.emplace_back("mutated sender " + std::to_string(i));
        return made;
    }();
    return signers.at(index);
}

std::string bytes_of_hex(const std::string& text) {
    return witness_host::parse_data(text).value();
}

/// Where a transaction of this type has its fields.
struct Places {
    std::size_t nonce, gas, to, value, data, count;  // count: fields without the signature
};
constexpr Places kPlaces[] = {
    {0, 2, 3, 4, 5, 6}, {1, 3, 4, 5, 6, 8}, {1, 4, 5, 6, 7, 9}, {1, 4, 5, 6, 7, 11}, {1, 4, 5, 6, 7, 10}};

bool is_system_contract(const std::string& address) {
    return std::any_of(std::begin(host::kSystemContracts), std::end(host::kSystemContracts),
                       [&](const auto& contract) { return address == "0x" + std::string(contract.address); });
}

/// Whether the fork's system contracts have the code that their EIPs give them: the other implementation does what
/// that code would, whatever is there.
bool has_system_contracts(const Json& pre, unsigned fork) {
    const unsigned needed = fork < 2 ? 0 : fork == 2 ? 1 : 4;
    for (unsigned i = 0; i < std::size(host::kSystemContracts); ++i) {
        const auto account = pre.find("0x" + std::string(host::kSystemContracts[i].address));
        const bool there = account != pre.end() && account->value("code", "0x") != "0x";
        if (there && account->at("code") != "0x" + std::string(host::kSystemContracts[i].code)) return false;
        if (i < needed && !there) return false;
    }
    return true;
}

Json with_bounded_balances(Json pre) {
    for (Json& account : pre) {
        if (kMaxBalance < fixtures::number_at(account, "balance")) account["balance"] = quantity(kMaxBalance);
    }
    return pre;
}

}  // namespace

/// A case under change.
struct FixtureMutator::Draft {
    Json pre;
    std::vector<std::string> addresses;  ///< of `pre`
    unsigned fork = 0;
};

std::string FixtureMutator::load(const std::string& path) {
    const absl::Status status = fixtures::for_each_json(path, [&](const std::string&, std::string_view bytes) {
        const Json file = Json::parse(bytes, nullptr, false);
        if (!file.is_object()) return absl::OkStatus();
        for (const auto& [name, test] : file.items()) {
            const std::string network = test.value("network", "");
            const auto fork = std::find(std::begin(kNetworks), std::end(kNetworks), network);
            if (fork == std::end(kNetworks) || !test.contains("pre") || test["pre"].empty() ||
                !test.contains("genesisRLP") || !test.contains("blocks") || test["blocks"].empty() ||
                !test["blocks"][0].contains("rlp") || test["blocks"][0].contains("expectException") ||
                !has_system_contracts(test["pre"], static_cast<unsigned>(fork - std::begin(kNetworks)))) {
                continue;
            }
            const std::string kept = Json{{"network", network},
                                          {"pre", with_bounded_balances(test["pre"])},
                                          {"genesis", test["genesisRLP"]},
                                          {"block", test["blocks"][0]["rlp"]}}
                                         .dump();
            if (kept.size() <= kMaxCaseSize) cases_.push_back(kept);
        }
        return absl::OkStatus();
    });
    return status.ok() ? std::string() : status.ToString();
}

Uint256 FixtureMutator::word() {
    switch (below(6)) {
        case 0:
            return Uint256(below(3));
        case 1:
            return Uint256(below(1000));
        case 2:
            return Uint256(1) << static_cast<unsigned>(below(256));
        case 3:
            return ~Uint256(0) - Uint256(below(3));
        case 4:
            return Uint256(rng_());
        default:
            return Uint256(rng_(), rng_(), rng_(), rng_());
    }
}

/// A byte or a run of bytes exchanged, put in or taken out.
std::string FixtureMutator::changed(std::string bytes) {
    const std::size_t at = below(bytes.size() + 1);
    const std::size_t size = chance(2) ? 1 : 1 + below(32);
    switch (below(5)) {
        case 0:
            for (std::size_t i = at; i < bytes.size() && i < at + size; ++i) bytes[i] = static_cast<char>(rng_());
            break;
        case 1:
            bytes.insert(
                at, chance(2) ? std::string(size, '\0') : host::bytes_of(word().to_hash().view()).substr(32 - size));
            break;
        case 2:
            bytes.erase(at, size);
            break;
        case 3:
            if (at < bytes.size()) bytes[at] = static_cast<char>(bytes[at] ^ (1u << below(8)));
            break;
        default:
            if (at + 32 <= bytes.size()) bytes.replace(at, 32, host::bytes_of(word().to_hash().view()));
            break;
    }
    return bytes;
}

std::string FixtureMutator::any_address(const Draft& draft) {
    if (chance(6)) return host::bytes_of(Uint256(chance(5) ? 0x100 : below(0x13)).to_address().view());
    if (chance(12)) return host::bytes_of(word().to_address().view());
    return bytes_of_hex(draft.addresses[below(draft.addresses.size())]);
}

RlpTree FixtureMutator::access_list(const Draft& draft) {
    RlpTree list{true, {}, {}};
    for (std::uint64_t i = below(4); i > 0; --i) {
        RlpTree slots{true, {}, {}};
        for (std::uint64_t j = below(4); j > 0; --j) {
            const Uint256 slot = chance(2) ? Uint256(below(4)) : word();
            slots.items.push_back(RlpTree::string(host::bytes_of(slot.to_hash().view())));
        }
        list.items.push_back({true, {}, {RlpTree::string(any_address(draft)), slots}});
    }
    return list;
}

RlpTree FixtureMutator::authorization(const Draft& draft) {
    const unsigned who = static_cast<unsigned>(below(2 * kMaxTransactions));
    const Json* account = nullptr;
    const std::string address = hex(host::bytes_of(signer(who).address().view()));
    if (const auto it = draft.pre.find(address); it != draft.pre.end()) account = &*it;
    Uint256 nonce = account == nullptr ? Uint256(0) : fixtures::number_at(*account, "nonce");
    if (chance(3)) nonce = nonce + Uint256(1);
    RlpTree item{true,
                 {},
                 {RlpTree::integer(chance(8) ? Uint256(7) : Uint256(below(2))), RlpTree::string(any_address(draft)),
                  RlpTree::integer(nonce)}};
    const auto signature = signer(who).sign(keccak256(host::view("\x05" + item.encode())));
    item.items.push_back(RlpTree::integer(signature.y_parity));
    item.items.push_back(RlpTree::integer(signature.r));
    item.items.push_back(RlpTree::integer(signature.s));
    return item;
}

void FixtureMutator::change_transaction(Draft& draft, RlpTree& fields, unsigned type) {
    const Places& at = kPlaces[type];
    switch (below(8)) {
        case 0:
        case 1:
            fields.items[at.data].bytes = changed(fields.items[at.data].bytes);
            break;
        case 2: {
            const std::uint64_t gas = fields.items[at.gas].number().low64();
            fields.items[at.gas] = RlpTree::integer(chance(2) ? 21000 + below(100000) : gas * (1 + below(200)) / 100);
            break;
        }
        case 3:
            fields.items[at.value] = RlpTree::integer(chance(3) ? word() : Uint256(below(5)));
            break;
        case 4:
            fields.items[at.to] = RlpTree::string(type < 3 && chance(6) ? std::string() : any_address(draft));
            break;
        case 5:
            if (type != 0) fields.items[at.data + 1] = access_list(draft);
            break;
        case 6:
            if (type == 4) {
                auto& tuples = fields.items[9].items;
                if (!tuples.empty() && chance(3)) {
                    tuples.erase(tuples.begin() + static_cast<std::ptrdiff_t>(below(tuples.size())));
                } else if (!tuples.empty() && chance(3)) {
                    tuples.push_back(tuples[below(tuples.size())]);
                } else {
                    tuples.push_back(authorization(draft));
                }
            }
            break;
        default:
            if (type == 3) {
                auto& hashes = fields.items[10].items;
                if (chance(2) && hashes.size() > 1)
                    hashes.pop_back();
                else if (!hashes.empty())
                    hashes[0].bytes[0] = static_cast<char>(below(3));
            }
            break;
    }
}

void FixtureMutator::change_state(Draft& draft) {
    const std::string address = draft.addresses[below(draft.addresses.size())];
    Json& account = draft.pre[address];
    switch (below(5)) {
        case 0:
        case 1: {
            if (is_system_contract(address)) break;
            const std::string code = bytes_of_hex(account.at("code").get<std::string>());
            if (code.empty()) break;
            const std::string other = changed(code);
            // What begins as a delegation and has another length is none; the other implementation takes it for one.
            if (!other.starts_with(std::string("\xef\x01\x00", 3)) || other.size() == 23) account["code"] = hex(other);
            break;
        }
        case 2:
            account["storage"][quantity(chance(2) ? Uint256(below(4)) : word())] = quantity(word() | Uint256(1));
            break;
        case 3:
            if (!account["storage"].empty()) {
                auto it = account["storage"].begin();
                std::advance(it, static_cast<std::ptrdiff_t>(below(account["storage"].size())));
                if (chance(2))
                    account["storage"].erase(it);
                else
                    *it = quantity(word() | Uint256(1));
            }
            break;
        default:
            account["balance"] = quantity(word() >> 8);
            break;
    }
}

/// Signs, and gives the signer's account what the transaction needs. Gives the item of a block's body.
std::string FixtureMutator::signed_transaction(Draft& draft, RlpTree fields, unsigned type, unsigned index) {
    const Places& at = kPlaces[type];
    fields.items.resize(at.count);
    const Uint256 gas = fields.items[at.gas].number();
    if (Uint256(kMaxGas) < gas) fields.items[at.gas] = RlpTree::integer(kMaxGas);
    const std::string address = hex(host::bytes_of(signer(index).address().view()));
    const Uint256 nonce = fields.items[at.nonce].number();
    draft.pre[address] = {{"nonce", quantity(nonce)},
                          {"balance", quantity(chance(20) ? word() >> 100 : Uint256(1) << 200)},
                          {"code", "0x"},
                          {"storage", Json::object()}};
    const std::string prefix = type == 0 ? std::string() : std::string(1, static_cast<char>(type));
    const auto signature = signer(index).sign(keccak256(host::view(prefix + fields.encode())));
    fields.items.push_back(RlpTree::integer(type == 0 ? 27u + signature.y_parity : signature.y_parity));
    fields.items.push_back(RlpTree::integer(signature.r));
    fields.items.push_back(RlpTree::integer(signature.s));
    return type == 0 ? fields.encode() : host::rlp_string(prefix + fields.encode());
}

Json FixtureMutator::next() {
    const Json test = Json::parse(cases_.at(below(cases_.size())));
    Draft draft;
    draft.pre = test.at("pre");
    for (const auto& [address, account] : draft.pre.items()) draft.addresses.push_back(address);
    const std::string network = test.at("network");
    draft.fork =
        static_cast<unsigned>(std::find(std::begin(kNetworks), std::end(kNetworks), network) - std::begin(kNetworks));
    RlpTree block = RlpTree::decode(bytes_of_hex(test.at("block")));

    struct Change {
        unsigned type;
        RlpTree fields;
    };
    std::vector<Change> transactions;
    for (const RlpTree& item : block.items.at(1).items) {
        if (transactions.size() == kMaxTransactions) break;
        if (item.is_list) {
            transactions.push_back({0, item});
        } else if (const auto type = static_cast<unsigned char>(item.bytes.at(0)); type < std::size(kPlaces)) {
            transactions.push_back({type, RlpTree::decode(std::string_view(item.bytes).substr(1))});
        }
    }
    if (!transactions.empty() && transactions.size() < kMaxTransactions && chance(4)) {
        Change again = transactions[below(transactions.size())];
        if (again.type != 3) transactions.push_back(std::move(again));
    }
    for (std::uint64_t changes = below(7); changes > 0; --changes) {
        if (!transactions.empty() && chance(2)) {
            Change& change = transactions[below(transactions.size())];
            change_transaction(draft, change.fields, change.type);
        } else {
            change_state(draft);
        }
    }
    RlpTree body{true, {}, {}};
    for (unsigned i = 0; i < transactions.size(); ++i) {
        Change& change = transactions[i];
        body.items.push_back(RlpTree::decode(signed_transaction(draft, std::move(change.fields), change.type, i)));
    }
    block.items[1] = std::move(body);
    if (draft.fork >= 1 && chance(3)) {
        auto& withdrawals = block.items.at(3).items;
        for (std::uint64_t i = 1 + below(3); i > 0 && withdrawals.size() < 16; --i) {
            withdrawals.push_back({true,
                                   {},
                                   {RlpTree::integer(withdrawals.size()), RlpTree::integer(below(9)),
                                    RlpTree::string(any_address(draft)), RlpTree::integer(below(1000000))}});
        }
    }
    // The parent has the changed state's root, and the block has the changed parent's hash.
    fixtures::CodeStore codes;
    RlpTree parent = RlpTree::decode(bytes_of_hex(test.at("genesis"))).items.at(0);
    parent.items.at(3).bytes = host::bytes_of(fixtures::read_state(draft.pre, codes).root.view());
    const std::string parent_rlp = parent.encode();
    block.items[0].items.at(0).bytes = host::bytes_of(keccak256(host::view(parent_rlp)).view());
    return {{"fork", network}, {"pre", draft.pre}, {"headers", {hex(parent_rlp)}}, {"block", hex(block.encode())}};
}

}  // namespace sluice::test
