// The contracts and the transactions of the sample block. SPDX-License-Identifier: MIT OR Apache-2.0
#include "sample/transactions.h"

#include <functional>

#include "sample/assembler.h"
#include "sample/system_contracts.h"
#include "sluice/base/keccak.h"

namespace sluice::host {
namespace {

constexpr unsigned kSenders = 12;
constexpr unsigned kEmptyAccounts = 5;
constexpr unsigned kVaults = 3;
constexpr unsigned kLedgerSlots = 64;
const Uint256 kEther = Uint256(1'000'000'000) * Uint256(1'000'000'000);

// Opcodes that the contracts use.
enum Op : std::uint8_t {
    STOP = 0x00,
    ADD = 0x01,
    MUL = 0x02,
    SUB = 0x03,
    LT = 0x10,
    ISZERO = 0x15,
    KECCAK256 = 0x20,
    BALANCE = 0x31,
    CALLER = 0x33,
    CALLDATALOAD = 0x35,
    CALLDATASIZE = 0x36,
    CALLDATACOPY = 0x37,
    EXTCODESIZE = 0x3b,
    RETURNDATASIZE = 0x3d,
    RETURNDATACOPY = 0x3e,
    EXTCODEHASH = 0x3f,
    BLOCKHASH = 0x40,
    NUMBER = 0x43,
    SELFBALANCE = 0x47,
    MSTORE = 0x52,
    SLOAD = 0x54,
    SSTORE = 0x55,
    JUMP = 0x56,
    JUMPI = 0x57,
    GAS = 0x5a,
    TLOAD = 0x5c,
    TSTORE = 0x5d,
    DUP1 = 0x80,
    DUP2 = 0x81,
    DUP3 = 0x82,
    SWAP1 = 0x90,
    SWAP2 = 0x91,
    LOG0 = 0xa0,
    LOG3 = 0xa3,
    RETURN = 0xf3,
    CREATE2 = 0xf5,
    STATICCALL = 0xfa,
    REVERT = 0xfd,
    SELFDESTRUCT = 0xff,
};

Address contract_address(std::string_view name) {
    return Address::from(keccak256(view(name)).bytes.data() + 12);
}
Address token() {
    return contract_address("sample token");
}
Address ledger() {
    return contract_address("sample ledger");
}
/// Has the ledger's code and storage: equal tries in two places, one code for two accounts.
Address twin_ledger() {
    return contract_address("sample twin ledger");
}
/// Has storage and takes ether without looking at it.
Address vault(unsigned index) {
    return contract_address("sample vault " + std::to_string(index));
}
Address toolbox() {
    return contract_address("sample toolbox");
}
Address factory() {
    return contract_address("sample factory");
}
Address historian() {
    return contract_address("sample historian");
}
Address reverter() {
    return contract_address("sample reverter");
}
Address empty_account(unsigned index) {
    return contract_address("sample empty account " + std::to_string(index));
}
Signer sender(unsigned index) {
    return Signer("sample sender " + std::to_string(index));
}

/// transfer(to, amount) of a token: balances at keccak256(owner, 0), an event with three topics.
std::string token_code() {
    Assembler a;
    a.op({CALLER}).push(0).op({MSTORE}).push(64).push(0).op({KECCAK256});  // key
    a.op({DUP1, SLOAD}).push(32).op({CALLDATALOAD});                       // key balance amount
    a.op({DUP1, DUP3, LT}).push_label(0).op({JUMPI});                      // balance < amount: revert
    a.op({SWAP1, SUB, SWAP1, SSTORE});                                     //
    a.push(0).op({CALLDATALOAD}).push(0).op({MSTORE}).push(64).push(0).op({KECCAK256});
    a.op({DUP1, SLOAD}).push(32).op({CALLDATALOAD, ADD, SWAP1, SSTORE});
    a.push(32).op({CALLDATALOAD}).push(0).op({MSTORE});
    a.push(0).op({CALLDATALOAD, CALLER}).push(Uint256::from_hash(keccak256(view("Transfer(address,address,uint256)"))));
    a.push(32).push(0).op({LOG3});
    a.push(1).push(0).op({MSTORE}).push(32).push(0).op({RETURN});
    a.label(0).push(0).push(0).op({REVERT});
    return a.code();
}

/// write(base, count, value): slot base + i becomes value + i, or 0 if value is 0.
std::string ledger_code() {
    Assembler a;
    a.push(32).op({CALLDATALOAD});
    a.label(0).op({DUP1, ISZERO}).push_label(1).op({JUMPI});
    a.push(1).op({SWAP1, SUB});
    a.op({DUP1}).push(64).op({CALLDATALOAD, DUP1, ISZERO, ISZERO, SWAP2, ADD, MUL});
    a.op({DUP2}).push(0).op({CALLDATALOAD, ADD, SSTORE});
    a.push_label(0).op({JUMP});
    a.label(1).op({STOP});
    return a.code();
}

/// Calls the address in the first word with the rest of the call data and logs success and answer.
std::string toolbox_code() {
    Assembler a;
    a.push(32).op({CALLDATASIZE, SUB, DUP1}).push(32).push(0).op({CALLDATACOPY});
    a.push(0).op({SWAP1}).push(0).op({SWAP1}).push(0).push(0).op({CALLDATALOAD, GAS, STATICCALL});
    a.push(0).op({MSTORE, RETURNDATASIZE}).push(0).push(32).op({RETURNDATACOPY});
    a.push(32).op({RETURNDATASIZE, ADD}).push(0).op({LOG0, STOP});
    return a.code();
}

/// Creates a contract from the call data (CREATE2, salt 7) and returns its address.
std::string factory_code() {
    Assembler a;
    a.op({CALLDATASIZE}).push(0).push(0).op({CALLDATACOPY});
    a.push(7).op({CALLDATASIZE}).push(0).push(0).op({CREATE2}).push(0).op({MSTORE}).push(32).push(0).op({RETURN});
    return a.code();
}

/// Stores the hash of block number - word 0, and looks at another account by all ways there are.
std::string historian_code() {
    Assembler a;
    a.push(0).op({CALLDATALOAD, NUMBER, SUB, BLOCKHASH}).push(1).op({SSTORE});
    a.push(0).op({TLOAD}).push(32).op({CALLDATALOAD, ADD}).push(0).op({TSTORE});
    a.push(32).op({CALLDATALOAD, EXTCODESIZE}).push(32).op({CALLDATALOAD, EXTCODEHASH, ADD});
    a.push(32).op({CALLDATALOAD, BALANCE, ADD, SELFBALANCE, ADD}).push(0).op({TLOAD, ADD}).push(2).op({SSTORE, STOP});
    return a.code();
}

std::string reverter_code() {
    Assembler a;
    a.push(1).push(1).op({SSTORE}).push(0).push(0).op({REVERT});
    return a.code();
}

/// Initcode that writes a slot and destroys what it creates.
std::string ephemeral_initcode() {
    Assembler a;
    a.push(1).push(1).op({SSTORE, CALLER, SELFDESTRUCT});
    return a.code();
}

std::string word(const Uint256& value) {
    return bytes_of(value.to_hash().view());
}
std::string word(const Address& address) {
    return word(Uint256::from_address(address));
}

/// Writes transactions with the right nonces and signatures.
class Builder {
 public:
    struct Call {
        const char* kind;
        unsigned type;
        bool creation = false;
        Address to{};
        Uint256 value{};
        std::string data;
        std::uint64_t gas = 0;
    };

    void add(const Call& call) {
        const unsigned from = next_sender_++ % kSenders;
        const Signer signer = sender(from);
        const std::uint64_t nonce = nonces_[from]++;
        const std::string to = call.creation ? rlp_string("") : rlp_address(call.to);
        const std::string chain_id = rlp_integer(kSampleChainId);
        const std::string tip = rlp_integer(100'000'000 + 1'000'000 * (transactions_.items.size() % 7));
        const std::string price = rlp_integer(3 * kSampleBaseFee);
        const std::string access_list =
            rlp_list({rlp_list({rlp_address(ledger()), rlp_list({rlp_hash(Uint256(3).to_hash())})})});
        std::vector<std::string> fields;
        if (call.type == 0) {
            fields = {rlp_integer(nonce),   price, rlp_integer(call.gas), to, rlp_integer(call.value),
                      rlp_string(call.data)};
            std::vector<std::string> to_sign = fields;
            to_sign.insert(to_sign.end(), {chain_id, rlp_integer(0), rlp_integer(0)});
            const Signer::Signature signature = signer.sign(keccak256(view(rlp_list(to_sign))));
            fields.push_back(rlp_integer(2 * kSampleChainId + 35 + signature.y_parity));
            fields.push_back(rlp_integer(signature.r));
            fields.push_back(rlp_integer(signature.s));
            const std::string envelope = rlp_list(fields);
            finish(call.kind, envelope, envelope);
            return;
        }
        fields = {chain_id, rlp_integer(nonce)};
        if (call.type == 1) {
            fields.push_back(price);
        } else {
            fields.push_back(tip);
            fields.push_back(price);
        }
        fields.insert(fields.end(), {rlp_integer(call.gas), to, rlp_integer(call.value), rlp_string(call.data)});
        fields.push_back(call.type == 1 ? access_list : rlp_list({}));
        if (call.type == 3) {
            Hash32 blob_hash = keccak256(view("sample blob"));
            blob_hash.bytes[0] = 1;
            fields.push_back(rlp_integer(1'000));
            fields.push_back(rlp_list({rlp_hash(blob_hash)}));
            ++transactions_.blobs;
        }
        if (call.type == 4) fields.push_back(rlp_list({authorization()}));
        const char type = static_cast<char>(call.type);
        const Signer::Signature signature = signer.sign(keccak256(view(type + rlp_list(fields))));
        fields.push_back(rlp_integer(signature.y_parity));
        fields.push_back(rlp_integer(signature.r));
        fields.push_back(rlp_integer(signature.s));
        const std::string envelope = type + rlp_list(fields);
        finish(call.kind, envelope, rlp_string(envelope));
    }

    [[nodiscard]] std::size_t size() const { return transactions_.items.size(); }
    [[nodiscard]] SampleTransactions take() { return std::move(transactions_); }

 private:
    /// A fresh account delegates to the ledger (EIP-7702).
    std::string authorization() {
        const Signer authority("sample authority " + std::to_string(authorities_++));
        const std::vector<std::string> fields = {rlp_integer(kSampleChainId), rlp_address(ledger()), rlp_integer(0)};
        const Signer::Signature signature = authority.sign(keccak256(view("\x05" + rlp_list(fields))));
        return rlp_list({fields[0], fields[1], fields[2], rlp_integer(signature.y_parity), rlp_integer(signature.r),
                         rlp_integer(signature.s)});
    }
    void finish(const char* kind, const std::string& envelope, const std::string& item) {
        transactions_.items.push_back(item);
        transactions_.envelopes.push_back(envelope);
        ++transactions_.kinds[kind];
    }

    SampleTransactions transactions_;
    unsigned next_sender_ = 0;
    unsigned authorities_ = 0;
    std::uint64_t nonces_[kSenders]{};
};

/// Input of a call to each precompile that needs no special points: an ECDSA recovery of a real signature, hashes, a
/// modular power, a curve addition and multiplication, a compression.
std::vector<std::pair<unsigned, std::string>> precompile_calls() {
    const Hash32 message = keccak256(view("sample message"));
    const Signer::Signature signature = sender(0).sign(message);
    std::string blake_input(213, '\0');
    blake_input[3] = 12;
    blake_input[212] = 1;
    const std::string g1 = word(1) + word(2);
    return {
        {1, bytes_of(message.view()) + word(27u + signature.y_parity) + word(signature.r) + word(signature.s)},
        {2, "the quick brown fox"},
        {3, "the quick brown fox"},
        {4, std::string(100, 'x')},
        {5, word(32) + word(32) + word(32) + word(message.word(0)) + word(65537) + word(~Uint256{} - 188)},
        {6, g1 + g1},
        {7, g1 + word(message.word(1))},
        {9, blake_input},
    };
}

}  // namespace

std::map<Address, SampleAccount> sample_state() {
    std::map<Address, SampleAccount> state;
    for (const SystemContract& contract : kSystemContracts) {
        SampleAccount& account = state[Address::from(view(from_hex(contract.address)).data())];
        account.nonce = 1;
        account.code = from_hex(contract.code);
    }
    const auto add_contract = [&](const Address& address, std::string code) -> SampleAccount& {
        SampleAccount& account = state[address];
        account.nonce = 1;
        account.code = std::move(code);
        return account;
    };
    SampleAccount& token_account = add_contract(token(), token_code());
    for (unsigned i = 0; i < kSenders; ++i) {
        const Address owner = sender(i).address();
        state[owner].balance = kEther * Uint256(100 + i);
        token_account.storage[keccak256(view(word(owner) + word(0)))] = Uint256(1'000'000) * Uint256(i + 1);
    }
    SampleAccount& ledger_account = add_contract(ledger(), ledger_code());
    for (unsigned i = 0; i < kLedgerSlots; ++i) ledger_account.storage[Uint256(i).to_hash()] = 1000 + i;
    state[twin_ledger()] = SampleAccount(ledger_account);
    for (unsigned i = 0; i < kVaults; ++i) {
        SampleAccount& vault_account = add_contract(vault(i), Assembler().op({STOP}).code());
        for (unsigned slot = 0; slot <= 3 * i; ++slot) vault_account.storage[Uint256(slot).to_hash()] = 70 + i;
    }
    add_contract(toolbox(), toolbox_code());
    add_contract(factory(), factory_code());
    add_contract(historian(), historian_code()).balance = kEther;
    add_contract(reverter(), reverter_code());
    for (unsigned i = 0; i < kEmptyAccounts; ++i) state[empty_account(i)] = SampleAccount{};
    // Bystanders, so that the tries have some depth.
    for (unsigned i = 0; i < 2000; ++i) {
        state[contract_address("sample bystander " + std::to_string(i))].balance = kEther + Uint256(i);
    }
    return state;
}

SampleTransactions sample_transactions(std::uint64_t count) {
    Builder builder;
    const auto write = [&](std::uint64_t base, std::uint64_t slots, std::uint64_t value, const char* kind) {
        builder.add({kind, 2, false, ledger(), {}, word(base) + word(slots) + word(value), 60'000 + 25'000 * slots});
    };
    write(100, 12, 7, "storage writes");
    write(10, 20, 0, "storage deletions");
    write(0, 6, 5, "storage writes");
    write(40, 8, 0, "storage deletions");
    write(40, 2, 9, "storage writes");
    builder.add({"storage writes", 2, false, twin_ledger(), {}, word(12) + word(4) + word(8), 160'000});
    for (unsigned i = 0; i < kEmptyAccounts; ++i) {
        builder.add({"account deletions", i % 3, false, empty_account(i), {}, "", 30'000});
    }
    const std::string child = deployment_of(reverter_code());
    builder.add({"creations", 0, true, {}, {}, deployment_of(token_code()), 300'000});
    builder.add({"creations", 2, true, {}, 5, child, 200'000});
    builder.add({"creations", 2, false, factory(), {}, child, 250'000});
    builder.add({"creations", 1, true, {}, {}, deployment_of(ledger_code()), 300'000});
    builder.add({"creations destroyed at once", 2, true, {}, 9, ephemeral_initcode(), 150'000});
    builder.add({"creations destroyed at once", 2, false, factory(), {}, ephemeral_initcode(), 150'000});
    for (unsigned i = 0; i < kVaults; ++i) {
        builder.add({"transfers to contracts", i % 3, false, vault(i), 1000 + i, "", 60'000});
    }
    builder.add({"reverts", 2, false, reverter(), {}, "", 80'000});
    builder.add({"reverts", 0, false, token(), {}, word(ledger()) + word(~Uint256{}), 80'000});
    builder.add({"out of gas", 2, false, ledger(), {}, word(200) + word(10) + word(1), 60'000});
    for (const auto& [address, input] : precompile_calls()) {
        builder.add({"precompile calls", 2, false, toolbox(), {}, word(address) + input, 200'000});
    }
    for (const std::uint64_t back : {1, 2, 5, 300}) {
        builder.add({"history", 2, false, historian(), {}, word(back) + word(token()), 120'000});
    }
    builder.add({"blobs", 3, false, sender(3).address(), 1, "", 21'000});
    builder.add({"delegations", 4, false, ledger(), {}, word(300) + word(1) + word(3), 150'000});
    builder.add(
        {"delegations", 4, false, Signer("sample authority 1").address(), {}, word(1) + word(2) + word(3), 200'000});
    for (unsigned i = 0; builder.size() < count; ++i) {
        if (i % 2 == 0) {
            const Address to =
                i % 6 == 0 ? contract_address("sample newcomer " + std::to_string(i)) : sender(i % 5).address();
            builder.add({"transfers", i % 3, false, to, kEther * Uint256(i + 1) >> 10, "", 30'000});
        } else {
            const Address to =
                i % 5 == 0 ? contract_address("sample holder " + std::to_string(i)) : sender(i % 7).address();
            builder.add({"token calls", 2 - i % 3, false, token(), {}, word(to) + word(1000 + i), 100'000});
        }
    }
    return builder.take();
}

}  // namespace sluice::host
