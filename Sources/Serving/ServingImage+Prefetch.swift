import CSterna
package import DNSWire

/// Hints for a whole batch of questions, so that memory is waited for once and not once for each.
///
/// In a table larger than the processor's caches each name costs two waits, one after the other: for its slot and
/// for its node. Asked for in advance, those of a batch overlap.
extension ServingImage {
    /// Images below this many bytes are in the caches anyway, and hints cost more than they save.
    private static var cachedBytes: Int { 4 << 20 }

    /// Whether hints pay.
    package var wantsHints: Bool { bytes.count > ServingImage.cachedBytes }

    /// Asks for the slots of a name in any case, and returns what `prefetchNode` takes.
    package func prefetchSlot(_ name: ByteView) -> UInt64 {
        let hash = NameHash.hash(name)
        unsafe sterna_prefetch(bytes.address(of: slotOffset(slots, slotMask, hash)))
        if patchSlots != 0 {
            unsafe sterna_prefetch(bytes.address(of: slotOffset(patchSlots, patchMask, hash)))
        }
        return hash
    }

    /// Asks for the node that the slot leads to, or most probably leads to: a name that met another's slot
    /// goes without.
    package func prefetchNode(_ hash: UInt64) {
        // In the order in which `find` looks.
        if patchSlots != 0, prefetchNode(slotOffset(patchSlots, patchMask, hash), hash) { return }
        _ = prefetchNode(slotOffset(slots, slotMask, hash), hash)
    }

    /// Asks for the node of a slot; false where that is another name's.
    private func prefetchNode(_ offset: Int, _ hash: UInt64) -> Bool {
        let slot = bytes.word(offset)
        let node = Int(slot &>> UInt64(8 &* ImageLayout.Slot.node))
        guard UInt32(truncatingIfNeeded: slot) == UInt32(truncatingIfNeeded: hash >> 32),
            node < bytes.count &- 64
        else { return false }
        // A node with its name and entries, and the fragment behind it, mostly take two lines.
        unsafe sterna_prefetch(bytes.address(of: node))
        unsafe sterna_prefetch(bytes.address(of: node &+ 64))
        return true
    }

    private func slotOffset(_ slots: Int, _ mask: Int, _ hash: UInt64) -> Int {
        slots &+ (Int(truncatingIfNeeded: hash) & mask) &* ImageLayout.Slot.bytes
    }
}
