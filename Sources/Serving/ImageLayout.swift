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
/// Every offset counts bytes from the start of the image and fits 32 bits. `Compiling` writes it,
/// `ServingImage` and the views beside it read it where it lies.
package enum ImageLayout {
    /// "STERNAIM" as the first eight bytes.
    @inlinable package static var magic: UInt64 { 0x4D49_414E_5245_5453 }
    /// Raised whenever an older reader would misread a newer image.
    @inlinable package static var formatVersion: UInt32 { 5 }
    @inlinable package static var headerBytes: Int { 216 }
    /// Largest image: offsets have 32 bits.
    @inlinable package static var maximumBytes: Int { Int(UInt32.max) }

    /// Offsets of the header's fields.
    package enum Field {
        @inlinable package static var magic: Int { 0 }
        @inlinable package static var version: Int { 8 }
        @inlinable package static var headerBytes: Int { 12 }
        @inlinable package static var totalBytes: Int { 16 }
        @inlinable package static var checksum: Int { 24 }
        @inlinable package static var generation: Int { 32 }
        @inlinable package static var slots: Int { 40 }
        /// Slot count minus one; the count is a power of two.
        @inlinable package static var slotMask: Int { 44 }
        @inlinable package static var zones: Int { 48 }
        @inlinable package static var zoneCount: Int { 52 }
        @inlinable package static var addresses: Int { 56 }
        @inlinable package static var addressCount: Int { 60 }
        @inlinable package static var endpoints: Int { 64 }
        @inlinable package static var endpointCount: Int { 68 }
        @inlinable package static var nameCount: Int { 72 }
        /// Most labels of any name in the table: a longer question cannot be in it.
        @inlinable package static var maximumLabels: Int { 76 }
        /// Largest response over UDP.
        @inlinable package static var udpBytes: Int { 80 }
        /// Endpoint nodes and edges of the largest policy, so that workers can size their scratch.
        @inlinable package static var steeredCount: Int { 84 }
        /// Bits of `Features`.
        @inlinable package static var features: Int { 88 }
        /// When idle TCP connections are closed, in units of 100 ms (RFC 7828).
        @inlinable package static var tcpIdle: Int { 92 }
        /// 16 bytes each; the image is as secret as they are, and its file is for its owner only.
        @inlinable package static var cookieSecret: Int { 96 }
        @inlinable package static var previousSecret: Int { 112 }
        /// Texts: where each begins, and behind that its length; at most `maximumTextBytes`.
        @inlinable package static var nsid: Int { 128 }
        @inlinable package static var chaosVersion: Int { 136 }
        @inlinable package static var chaosID: Int { 144 }
        /// Networks of clients with rules of their own, in order.
        @inlinable package static var networks: Int { 160 }
        @inlinable package static var networkCount: Int { 164 }
        /// Largest response over UDP to a client that has not shown a valid cookie.
        @inlinable package static var udpBytesWithoutCookie: Int { 168 }
        /// Most responses of each kind a second to one network; 0: no limit.
        @inlinable package static var limitResponses: Int { 172 }
        @inlinable package static var limitNegatives: Int { 176 }
        @inlinable package static var limitErrors: Int { 180 }
        @inlinable package static var limitAll: Int { 184 }
        /// One byte each.
        @inlinable package static var limitV4Prefix: Int { 188 }
        @inlinable package static var limitV6Prefix: Int { 189 }
        @inlinable package static var limitSlip: Int { 190 }
        /// Of a patch: the root that it follows; 0 is the file's first.
        @inlinable package static var previousRoot: Int { 192 }
        /// Names that differ from the table of `slots`, which is the file's first; 0: none.
        @inlinable package static var patchSlots: Int { 196 }
        @inlinable package static var patchMask: Int { 200 }
        @inlinable package static var patchCount: Int { 204 }
        /// Names in the table of `slots`.
        @inlinable package static var baseCount: Int { 152 }
        /// The checksum of the file's first header, so that a patch is for this file and no other.
        @inlinable package static var baseChecksum: Int { 208 }
    }

    /// Longest text of the header, in bytes: with all options a response of 512 bytes has room for records.
    @inlinable package static var maximumTextBytes: Int { 64 }

    /// What is switched on.
    package enum Features {
        @inlinable package static var clientSubnet: UInt32 { 1 }
        @inlinable package static var extendedErrors: UInt32 { 2 }
        @inlinable package static var cookies: UInt32 { 4 }
        /// There is a previous secret for cookies.
        @inlinable package static var previousSecret: UInt32 { 8 }
        /// ANY is answered with a HINFO record made for it (RFC 8482 §4.2).
        @inlinable package static var hinfoForAny: UInt32 { 16 }
        /// Responses over UDP are limited.
        @inlinable package static var rateLimit: UInt32 { 32 }
        /// They are counted, and sent all the same.
        @inlinable package static var rateLimitDryRun: UInt32 { 64 }
    }

    /// One range of client addresses, up to the next one's first; the first range begins at ::.
    package enum Network {
        @inlinable package static var bytes: Int { 24 }
        @inlinable package static var high: Int { 0 }
        @inlinable package static var low: Int { 8 }
        @inlinable package static var rules: Int { 16 }

        /// Its clients are refused.
        @inlinable package static var refused: UInt32 { 1 }
        /// Its clients are not limited.
        @inlinable package static var unlimited: UInt32 { 2 }
    }

    /// One slot of the name table: the upper half of the hash, the node's offset; 0 is empty.
    package enum Slot {
        @inlinable package static var bytes: Int { 8 }
        @inlinable package static var tag: Int { 0 }
        @inlinable package static var node: Int { 4 }
    }

    /// What a zone needs for its negative answers.
    package enum Zone {
        @inlinable package static var bytes: Int { 16 }
        @inlinable package static var apexNode: Int { 0 }
        /// Fragment with the SOA, TTL already lowered to MINIMUM (RFC 2308 §3).
        @inlinable package static var negative: Int { 4 }
        @inlinable package static var serial: Int { 8 }
    }

    /// One owner name of any zone, with its directory of types behind it.
    package enum Node {
        @inlinable package static var zone: Int { 0 }
        /// The node of the zone cut at or above this name; 0: authoritative data.
        @inlinable package static var cut: Int { 4 }
        /// The node of the `*` below this name; 0: none.
        @inlinable package static var wildcard: Int { 8 }
        /// For an apex whose parent zone is served too: the parent's node of the cut.
        @inlinable package static var parentSide: Int { 12 }
        @inlinable package static var nameBytes: Int { 16 }
        @inlinable package static var labelCount: Int { 17 }
        @inlinable package static var flags: Int { 18 }
        @inlinable package static var entryCount: Int { 20 }
        @inlinable package static var entries: Int { 22 }
        @inlinable package static var headBytes: Int { 24 }

        @inlinable package static var cnameFlag: UInt16 { 1 }
        @inlinable package static var dnameFlag: UInt16 { 2 }
        /// In a patch: there is no such name any more.
        @inlinable package static var goneFlag: UInt16 { 4 }
    }

    /// One type of a node; the first one of a node is what ANY gets (RFC 8482 §4.1).
    package enum Entry {
        @inlinable package static var bytes: Int { 8 }
        @inlinable package static var type: Int { 0 }
        @inlinable package static var kind: Int { 2 }
        @inlinable package static var offset: Int { 4 }

        /// Points to a fragment.
        @inlinable package static var fragment: UInt16 { 0 }
        /// Points to a steered record.
        @inlinable package static var steered: UInt16 { 1 }
    }

    /// Records as they go on the wire, compressed for a question of `ownerBytes`.
    package enum Fragment {
        @inlinable package static var answerRecords: Int { 0 }
        @inlinable package static var authorityRecords: Int { 2 }
        @inlinable package static var additionalRecords: Int { 4 }
        /// RRsets of the additional section, the first ones, without which the response is truncated:
        /// glue inside the zone that it refers to (RFC 9471 §3.1).
        @inlinable package static var glueSets: Int { 6 }
        /// Bytes of answer and authority: what a response needs.
        @inlinable package static var requiredBytes: Int { 8 }
        @inlinable package static var totalBytes: Int { 10 }
        @inlinable package static var fixupCount: Int { 12 }
        /// RRsets of the additional section.
        @inlinable package static var setCount: Int { 14 }
        /// Where the target of a CNAME or DNAME stands uncompressed, from the fragment's start; 0: neither.
        @inlinable package static var target: Int { 16 }
        @inlinable package static var ownerBytes: Int { 18 }
        @inlinable package static var headBytes: Int { 20 }
    }

    /// How a steered name answers.
    package enum Steered {
        @inlinable package static var program: Int { 0 }
        @inlinable package static var minimumTTL: Int { 4 }
        @inlinable package static var maximumTTL: Int { 8 }
        @inlinable package static var whenDown: Int { 12 }
        @inlinable package static var fallbackV4Count: Int { 13 }
        @inlinable package static var fallbackV6Count: Int { 14 }
        /// Not 0: the policy looks at the client.
        @inlinable package static var looks: Int { 15 }
        @inlinable package static var headBytes: Int { 16 }

        @inlinable package static var whenDownAll: UInt8 { 0 }
        @inlinable package static var whenDownAddresses: UInt8 { 1 }
        @inlinable package static var whenDownNoData: UInt8 { 2 }
        @inlinable package static var whenDownServerFailure: UInt8 { 3 }
    }

    /// One address of an endpoint.
    package enum Address {
        @inlinable package static var bytes: Int { 24 }
        /// Index of its word in the verdict table.
        @inlinable package static var slot: Int { 0 }
        @inlinable package static var endpoint: Int { 4 }
        /// Network order; IPv4 in the first four bytes.
        @inlinable package static var address: Int { 8 }
    }

    /// One endpoint: its key for people and for a control process that takes over.
    package enum Endpoint {
        @inlinable package static var bytes: Int { 16 }
        @inlinable package static var key: Int { 0 }
        @inlinable package static var keyBytes: Int { 4 }
        @inlinable package static var firstAddress: Int { 8 }
        @inlinable package static var v4Count: Int { 12 }
        @inlinable package static var v6Count: Int { 14 }
    }
}
