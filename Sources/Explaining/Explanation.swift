/// Why a question is answered as it is: plain values, for text and for JSON.
package struct Explanation: Codable, Sendable, Hashable {
    package var name: String
    package var type: String
    package var client: Client
    package var state: State
    /// The names on the way, from the question to the last alias.
    package var steps: [Step]
    /// The policy that decides; nil: none does.
    package var policy: Policy?
    package var response: Response

    /// Who asks.
    package struct Client: Codable, Sendable, Hashable {
        /// An address, or a network that a resolver tells (RFC 7871).
        package var text: String
        package var isSubnet: Bool
        /// What the location files know of it, the most specific first; empty: nothing.
        package var places: [String]
    }

    /// What the explanation is based on.
    package struct State: Codable, Sendable, Hashable {
        /// Whether the verdicts are those of a running server.
        package var isLive: Bool
        /// Number of the serving image; 0: made for this explanation.
        package var image: UInt64
        /// RFC 3339: the time that is explained.
        package var time: String
        /// What was assumed against the facts, in the order given.
        package var assumptions: [String]
        /// What a reader must know to trust it.
        package var notes: [String]

        package init(
            isLive: Bool, image: UInt64, time: String, assumptions: [String] = [],
            notes: [String] = []
        ) {
            self.isLive = isLive
            self.image = image
            self.time = time
            self.assumptions = assumptions
            self.notes = notes
        }
    }

    /// One name on the way.
    package struct Step: Codable, Sendable, Hashable {
        package enum Kind: String, Codable, Sendable {
            case steered, records, noData, alias, redirect, referral, nameError, refused
        }
        package var name: String
        package var kind: Kind
        /// The zone's origin; nil: no zone of this server has the name.
        package var zone: String?
        /// The wildcard, zone cut or DNAME owner that decides instead of the name itself.
        package var owner: String?
        /// Where an alias leads.
        package var target: String?
        /// One sentence.
        package var text: String
    }

    /// A steered name's policy, judged for one family.
    package struct Policy: Codable, Sendable, Hashable {
        package var owner: String
        /// `IPv4` or `IPv6`.
        package var family: String
        package var standing: String
        package var tree: Node
        /// What was answered from when all is down, with what is then taken for true.
        package var instead: Node?
        /// Why, in one sentence.
        package var insteadText: String?
    }

    /// One node of a policy.
    package struct Node: Codable, Sendable, Hashable {
        /// Its number in the compiled policy: what is mentioned twice is one node.
        package var number: Int
        package var kind: String
        /// What an endpoint is called.
        package var endpoint: String?
        package var cluster: String?
        package var standing: String
        /// How it picks, in a few words.
        package var text: String
        /// Whether it stands in the tree already, further up.
        package var isShownAbove: Bool
        package var members: [Member]
        package var addresses: [Address]
        /// What must be up beside its members, and how that stands.
        package var requirements: [String]
    }

    package struct Member: Codable, Sendable, Hashable {
        /// What it is called in the file; empty where it is written out.
        package var label: String
        /// Where the node chooses by weight.
        package var weight: UInt32?
        /// Whether the node may choose it.
        package var isCandidate: Bool
        /// The probability that the node takes it first, given that the node is asked.
        package var chance: Double
        /// Why, in a few words.
        package var text: String
        package var node: Node
    }

    package struct Address: Codable, Sendable, Hashable {
        package var address: String
        package var standing: String
        package var verdict: String
        package var isGiven: Bool
        /// Since when, by whom, and why, in a few words.
        package var text: String
    }

    /// What comes of it.
    package struct Response: Codable, Sendable, Hashable {
        package var rcode: String
        /// One sentence.
        package var text: String
        /// Whole answers, the most probable first; at most `maximumAnswers`.
        package var answers: [Answer]
        /// Answers that are possible beyond those listed.
        package var moreAnswers: Int
        /// Every address that may be given, the most probable first.
        package var addresses: [AddressShare]
        /// How many draws were counted where there are too many answers to list; 0: all is exact.
        package var draws: Int
        /// Seconds; nil: there is no record.
        package var ttl: UInt32?
        package var ttlText: String
        /// SCOPE PREFIX-LENGTH of the answer; nil: none is sent.
        package var scope: UInt8?
        package var scopeText: String
        /// INFO-CODE and EXTRA-TEXT (RFC 8914).
        package var extendedErrorCode: UInt16?
        package var extendedErrorText: String?
        /// Bytes of one such response over TCP.
        package var bytes: Int

        /// Most answers listed; the addresses are always complete.
        package static let maximumAnswers = 100
    }

    package struct Answer: Codable, Sendable, Hashable {
        package var addresses: [String]
        package var probability: Double
    }

    /// What one address gets.
    package struct AddressShare: Codable, Sendable, Hashable {
        package var address: String
        /// Nil for an address that `whenDown` gives.
        package var endpoint: String?
        /// The probability that it stands first.
        package var first: Double
        /// The probability that it is in the answer at all.
        package var included: Double
    }
}
