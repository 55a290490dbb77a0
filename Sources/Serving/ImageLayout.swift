/// The serving image's format: one flat file of offsets, in the machine's byte order.
///
///     ┌────────┬────────────┬───────┬───────────┬───────────┬──────────────────────────────────┐
///     │ header │ name slots │ zones │ addresses │ endpoints │ nodes, fragments, policies, text │
///     └────────┴────────────┴───────┴───────────┴───────────┴──────────────────────────────────┘
///
/// Every offset counts bytes from the start of the image and fits 32 bits. `Compiling` writes it,
/// `ServingImage` and the views beside it read it where it lies.
package enum ImageLayout {
    /// "STERNAIM" as the first eight bytes.
    package static let magic: UInt64 = 0x4D49_414E_5245_5453
    /// Raised whenever an older reader would misread a newer image.
    package static let formatVersion: UInt32 = 1
    package static let headerBytes = 128
    /// Largest image: offsets have 32 bits.
    package static let maximumBytes = Int(UInt32.max)

    /// Offsets of the header's fields.
    package enum Field {
        package static let magic = 0
        package static let version = 8
        package static let headerBytes = 12
        package static let totalBytes = 16
        package static let checksum = 24
        package static let generation = 32
        package static let slots = 40
        /// Slot count minus one; the count is a power of two.
        package static let slotMask = 44
        package static let zones = 48
        package static let zoneCount = 52
        package static let addresses = 56
        package static let addressCount = 60
        package static let endpoints = 64
        package static let endpointCount = 68
        package static let nameCount = 72
        /// Most labels of any name in the table: a longer question cannot be in it.
        package static let maximumLabels = 76
        /// Largest response over UDP.
        package static let udpBytes = 80
        /// Endpoint nodes and edges of the largest policy, so that workers can size their scratch.
        package static let steeredCount = 84
    }

    /// One slot of the name table: the upper half of the hash, the node's offset; 0 is empty.
    package enum Slot {
        package static let bytes = 8
        package static let tag = 0
        package static let node = 4
    }

    /// What a zone needs for its negative answers.
    package enum Zone {
        package static let bytes = 16
        package static let apexNode = 0
        /// Fragment with the SOA, TTL already lowered to MINIMUM (RFC 2308 §3).
        package static let negative = 4
        package static let serial = 8
    }

    /// One owner name of any zone, with its directory of types behind it.
    package enum Node {
        package static let zone = 0
        /// The node of the zone cut at or above this name; 0: authoritative data.
        package static let cut = 4
        /// The node of the `*` below this name; 0: none.
        package static let wildcard = 8
        /// For an apex whose parent zone is served too: the parent's node of the cut.
        package static let parentSide = 12
        package static let nameBytes = 16
        package static let labelCount = 17
        package static let flags = 18
        package static let entryCount = 20
        package static let entries = 22
        package static let headBytes = 24

        package static let cnameFlag: UInt16 = 1
    }

    /// One type of a node.
    package enum Entry {
        package static let bytes = 8
        package static let type = 0
        package static let kind = 2
        package static let offset = 4

        /// Points to a fragment.
        package static let fragment: UInt16 = 0
        /// Points to a steered record.
        package static let steered: UInt16 = 1
    }

    /// Records as they go on the wire, compressed for a question of `ownerBytes`.
    package enum Fragment {
        package static let answerRecords = 0
        package static let authorityRecords = 2
        package static let additionalRecords = 4
        package static let flags = 6
        /// Bytes of answer and authority: what a response needs.
        package static let requiredBytes = 8
        package static let totalBytes = 10
        package static let fixupCount = 12
        /// RRsets of the additional section.
        package static let setCount = 14
        /// Where a CNAME's target stands uncompressed, from the fragment's start; 0: no CNAME.
        package static let target = 16
        package static let ownerBytes = 18
        package static let headBytes = 20

        /// Without all of its additional records the response is truncated (RFC 9471).
        package static let glueFlag: UInt16 = 1
    }

    /// How a steered name answers.
    package enum Steered {
        package static let program = 0
        package static let minimumTTL = 4
        package static let maximumTTL = 8
        package static let whenDown = 12
        package static let fallbackV4Count = 13
        package static let fallbackV6Count = 14
        package static let headBytes = 16

        package static let whenDownAll: UInt8 = 0
        package static let whenDownAddresses: UInt8 = 1
        package static let whenDownNoData: UInt8 = 2
        package static let whenDownServerFailure: UInt8 = 3
    }

    /// One address of an endpoint.
    package enum Address {
        package static let bytes = 24
        /// Index of its word in the verdict table.
        package static let slot = 0
        package static let endpoint = 4
        /// Network order; IPv4 in the first four bytes.
        package static let address = 8
    }

    /// One endpoint: its key for people and for a control process that takes over.
    package enum Endpoint {
        package static let bytes = 16
        package static let key = 0
        package static let keyBytes = 4
        package static let firstAddress = 8
        package static let v4Count = 12
        package static let v6Count = 14
    }
}
