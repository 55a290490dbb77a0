/// The serving image's format: one flat file of offsets, in the machine's byte order.
///
///     ┌────────┬───────────┬───────────┬───────┬──────────┬──────────────────┬────────────┐
///     │ header │ addresses │ endpoints │ zones │ policies │ nodes, fragments │ name slots │
///     └────────┴───────────┴───────────┴───────┴──────────┴──────────────────┴────────────┘
///
/// Behind it may lie patches: a header of its own each, with the names that differ and all that they need.
///
///     ┌────────────────────┬────────┬──────────────────┬─────────────┬────────┬───────
///     │ the image as above │ header │ nodes, fragments │ patch slots │ header │ ...
///     └────────────────────┴────────┴──────────────────┴─────────────┴────────┴───────
///
/// The header that is read is the *root*; a file only grows, so that older roots stay readable.
/// Fields that are read together are taken from one word, which supposes a little-endian machine, as all
/// are that Swift runs on. Every offset counts bytes from the start of the image and fits 32 bits.
/// `Compiling` writes it, `ServingImage` and the views beside it read it where it lies.
public enum ImageLayout {
    /// "STERNAIM" as the first eight bytes.
    @inlinable public static var magic: UInt64 { 0x4D49_414E_5245_5453 }
    /// Raised whenever an older reader would misread a newer image.
    @inlinable public static var formatVersion: UInt32 { 10 }
    @inlinable public static var headerBytes: Int { 224 }
    /// Largest image: offsets have 32 bits.
    @inlinable public static var maximumBytes: Int { Int(UInt32.max) }

    /// Offsets of the header's fields.
    public enum Field {
        @inlinable public static var magic: Int { 0 }
        @inlinable public static var version: Int { 8 }
        @inlinable public static var headerBytes: Int { 12 }
        @inlinable public static var totalBytes: Int { 16 }
        @inlinable public static var checksum: Int { 24 }
        @inlinable public static var generation: Int { 32 }
        @inlinable public static var slots: Int { 40 }
        /// Slot count minus one; the count is a power of two.
        @inlinable public static var slotMask: Int { 44 }
        @inlinable public static var zones: Int { 48 }
        @inlinable public static var zoneCount: Int { 52 }
        @inlinable public static var addresses: Int { 56 }
        @inlinable public static var addressCount: Int { 60 }
        @inlinable public static var endpoints: Int { 64 }
        @inlinable public static var endpointCount: Int { 68 }
        @inlinable public static var nameCount: Int { 72 }
        /// Most labels of any name in the table: a longer question cannot be in it.
        @inlinable public static var maximumLabels: Int { 76 }
        /// Largest response over UDP.
        @inlinable public static var udpBytes: Int { 80 }
        /// Endpoint nodes and edges of the largest policy, so that workers can size their scratch.
        @inlinable public static var steeredCount: Int { 84 }
        /// Bits of `Features`.
        @inlinable public static var features: Int { 88 }
        /// When idle TCP connections are closed, in units of 100 ms (RFC 7828).
        @inlinable public static var tcpIdle: Int { 92 }
        /// 16 bytes each; the image is as secret as they are, and its file is for its owner only.
        @inlinable public static var cookieSecret: Int { 96 }
        @inlinable public static var previousSecret: Int { 112 }
        /// Texts: where each begins, and behind that its length; at most `maximumTextBytes`.
        @inlinable public static var nsid: Int { 128 }
        @inlinable public static var chaosVersion: Int { 136 }
        @inlinable public static var chaosID: Int { 144 }
        /// Networks of clients with rules of their own, in order.
        @inlinable public static var networks: Int { 160 }
        @inlinable public static var networkCount: Int { 164 }
        /// Largest response over UDP to a client that has not shown a valid cookie.
        @inlinable public static var udpBytesWithoutCookie: Int { 168 }
        /// Most responses of each kind a second to one network; 0: no limit.
        @inlinable public static var limitResponses: Int { 172 }
        @inlinable public static var limitNegatives: Int { 176 }
        @inlinable public static var limitErrors: Int { 180 }
        @inlinable public static var limitAll: Int { 184 }
        /// One byte each.
        @inlinable public static var limitV4Prefix: Int { 188 }
        @inlinable public static var limitV6Prefix: Int { 189 }
        @inlinable public static var limitSlip: Int { 190 }
        /// Of a patch: the root that it follows; 0 is the file's first.
        @inlinable public static var previousRoot: Int { 192 }
        /// Names that differ from the table of `slots`, which is the file's first; 0: none.
        @inlinable public static var patchSlots: Int { 196 }
        @inlinable public static var patchMask: Int { 200 }
        @inlinable public static var patchCount: Int { 204 }
        /// Names in the table of `slots`.
        @inlinable public static var baseCount: Int { 152 }
        /// The checksum of the file's first header, so that a patch is for this file and no other.
        @inlinable public static var baseChecksum: Int { 208 }
        /// Words that the control process keeps beside the verdicts.
        @inlinable public static var holds: Int { 216 }
        @inlinable public static var holdCount: Int { 220 }
    }

    /// Longest text of the header, in bytes: with all options a response of 512 bytes has room for records.
    @inlinable public static var maximumTextBytes: Int { 64 }

    /// What is switched on.
    public enum Features {
        @inlinable public static var clientSubnet: UInt32 { 1 }
        @inlinable public static var extendedErrors: UInt32 { 2 }
        @inlinable public static var cookies: UInt32 { 4 }
        /// There is a previous secret for cookies.
        @inlinable public static var previousSecret: UInt32 { 8 }
        /// ANY is answered with a HINFO record made for it (RFC 8482 §4.2).
        @inlinable public static var hinfoForAny: UInt32 { 16 }
        /// Responses over UDP are limited.
        @inlinable public static var rateLimit: UInt32 { 32 }
        /// They are counted, and sent all the same.
        @inlinable public static var rateLimitDryRun: UInt32 { 64 }
    }

    /// One range of client addresses, up to the next one's first; the first range begins at ::.
    public enum Network {
        @inlinable public static var bytes: Int { 24 }
        @inlinable public static var high: Int { 0 }
        @inlinable public static var low: Int { 8 }
        @inlinable public static var rules: Int { 16 }

        /// Its clients are refused.
        @inlinable public static var refused: UInt32 { 1 }
        /// Its clients are not limited.
        @inlinable public static var unlimited: UInt32 { 2 }
    }

    /// One slot of the name table: the upper half of the hash, the node's offset; 0 is empty.
    public enum Slot {
        @inlinable public static var bytes: Int { 8 }
        @inlinable public static var tag: Int { 0 }
        @inlinable public static var node: Int { 4 }
    }

    /// What a zone needs for its negative answers.
    public enum Zone {
        @inlinable public static var bytes: Int { 16 }
        @inlinable public static var apexNode: Int { 0 }
        /// Fragment with the SOA, TTL already lowered to MINIMUM (RFC 2308 §3).
        @inlinable public static var negative: Int { 4 }
        @inlinable public static var serial: Int { 8 }
        @inlinable public static var flags: Int { 12 }
        /// Policies look at the resolver's address, whatever client subnet it tells (RFC 7871 §7.2.1).
        @inlinable public static var ignoresClientSubnet: UInt32 { 1 }
    }

    /// One owner name of any zone, with its directory of types behind it.
    public enum Node {
        @inlinable public static var zone: Int { 0 }
        /// The node of the zone cut at or above this name; 0: authoritative data.
        @inlinable public static var cut: Int { 4 }
        /// The node of the `*` below this name; 0: none.
        @inlinable public static var wildcard: Int { 8 }
        /// For an apex whose parent zone is served too: the parent's node of the cut.
        @inlinable public static var parentSide: Int { 12 }
        @inlinable public static var nameBytes: Int { 16 }
        @inlinable public static var labelCount: Int { 17 }
        @inlinable public static var flags: Int { 18 }
        @inlinable public static var entryCount: Int { 20 }
        @inlinable public static var entries: Int { 22 }
        @inlinable public static var headBytes: Int { 24 }

        @inlinable public static var cnameFlag: UInt16 { 1 }
        @inlinable public static var dnameFlag: UInt16 { 2 }
        /// In a patch: there is no such name any more.
        @inlinable public static var goneFlag: UInt16 { 4 }
    }

    /// One type of a node; the first one of a node is what ANY gets (RFC 8482 §4.1).
    public enum Entry {
        @inlinable public static var bytes: Int { 8 }
        @inlinable public static var type: Int { 0 }
        @inlinable public static var kind: Int { 2 }
        @inlinable public static var offset: Int { 4 }

        /// Points to a fragment.
        @inlinable public static var fragment: UInt16 { 0 }
        /// Points to a steered record.
        @inlinable public static var steered: UInt16 { 1 }
    }

    /// Records as they go on the wire, compressed for a question of `ownerBytes`.
    public enum Fragment {
        @inlinable public static var answerRecords: Int { 0 }
        @inlinable public static var authorityRecords: Int { 2 }
        @inlinable public static var additionalRecords: Int { 4 }
        /// RRsets of the additional section, the first ones, without which the response is truncated:
        /// glue inside the zone that it refers to (RFC 9471 §3.1).
        @inlinable public static var glueSets: Int { 6 }
        /// Bytes of answer and authority: what a response needs.
        @inlinable public static var requiredBytes: Int { 8 }
        @inlinable public static var totalBytes: Int { 10 }
        @inlinable public static var fixupCount: Int { 12 }
        /// RRsets of the additional section.
        @inlinable public static var setCount: Int { 14 }
        /// Where the target of a CNAME or DNAME stands uncompressed, from the fragment's start; 0: neither.
        @inlinable public static var target: Int { 16 }
        @inlinable public static var ownerBytes: Int { 18 }
        @inlinable public static var headBytes: Int { 20 }
    }

    /// How a steered name answers.
    public enum Steered {
        @inlinable public static var program: Int { 0 }
        @inlinable public static var minimumTTL: Int { 4 }
        @inlinable public static var maximumTTL: Int { 8 }
        @inlinable public static var whenDown: Int { 12 }
        @inlinable public static var fallbackV4Count: Int { 13 }
        @inlinable public static var fallbackV6Count: Int { 14 }
        /// Not 0: the policy looks at the client.
        @inlinable public static var looks: Int { 15 }
        /// Longest TTL while the policy is degraded or worse, but not down.
        @inlinable public static var degradedTTL: Int { 16 }
        /// The TTL while it is down; all ones: as when it is up.
        @inlinable public static var whenDownTTL: Int { 20 }
        /// With `whenDownLastGood`: the slots of the words that tell who answered last.
        @inlinable public static var lastGoodV4: Int { 24 }
        @inlinable public static var lastGoodV6: Int { 28 }
        @inlinable public static var headBytes: Int { 32 }

        @inlinable public static var whenDownAll: UInt8 { 0 }
        @inlinable public static var whenDownAddresses: UInt8 { 1 }
        @inlinable public static var whenDownNoData: UInt8 { 2 }
        @inlinable public static var whenDownServerFailure: UInt8 { 3 }
        /// What stands behind the policy in its program.
        @inlinable public static var whenDownPolicy: UInt8 { 4 }
        @inlinable public static var whenDownLastGood: UInt8 { 5 }
    }

    /// A word that the control process keeps beside the verdicts; `HoldView` tells what of.
    public enum Hold {
        @inlinable public static var bytes: Int { 40 }
        @inlinable public static var slot: Int { 0 }
        @inlinable public static var program: Int { 4 }
        @inlinable public static var node: Int { 8 }
        /// Seconds; all ones: until an operator says so.
        @inlinable public static var after: Int { 12 }
        /// The text of the owner, and behind it that of the path.
        @inlinable public static var key: Int { 16 }
        @inlinable public static var ownerBytes: Int { 20 }
        @inlinable public static var pathBytes: Int { 22 }
        @inlinable public static var kind: Int { 24 }
        /// A hash of what the members are known by.
        @inlinable public static var members: Int { 32 }
    }

    /// One address of an endpoint.
    public enum Address {
        @inlinable public static var bytes: Int { 24 }
        /// Index of its word in the verdict table.
        @inlinable public static var slot: Int { 0 }
        @inlinable public static var endpoint: Int { 4 }
        /// Network order; IPv4 in the first four bytes.
        @inlinable public static var address: Int { 8 }
    }

    /// One endpoint: its key for people and for a control process that takes over.
    public enum Endpoint {
        @inlinable public static var bytes: Int { 16 }
        @inlinable public static var key: Int { 0 }
        @inlinable public static var keyBytes: Int { 4 }
        @inlinable public static var firstAddress: Int { 8 }
        @inlinable public static var v4Count: Int { 12 }
        @inlinable public static var v6Count: Int { 14 }
    }
}
