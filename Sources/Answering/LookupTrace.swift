package import DNSWire
package import Serving

/// One name on the way from the question to its answer, found as the query path finds it.
package struct LookupStep {
    package enum Place {
        /// Data of this name, or of the wildcard that stands for it.
        case name(NodeView)
        /// At or below a zone cut: the cut's node.
        case referral(NodeView)
        /// Below the owner of a DNAME: that node.
        case redirect(NodeView)
        /// In the zone of this number, where neither it nor a wildcard exists.
        case nameError(zone: Int)
        /// In no zone of ours.
        case foreign
    }

    /// In lower case.
    package let name: Name
    package let place: Place
    /// Where a CNAME or DNAME leads on; nil: this is the last.
    package let next: Name?
    /// Whether the answer ends here because the chain has been at the next name, or is too long.
    package let endsChain: Bool
}

/// Follows a question through the zones, names only: what `answer` does, told step by step.
///
/// - Returns: at least one step, and one more for each alias.
package func lookups(of name: Name, type: RRType, in image: ServingImage) -> [LookupStep] {
    var steps: [LookupStep] = []
    var name = name.lowercased()
    for _ in 0...Response.maximumChain {
        let place = place(of: name, type: type, in: image)
        let target = target(of: place, from: name, type: type)
        let isLast =
            steps.count == Response.maximumChain || steps.contains { $0.name == target }
            || target == name
        steps.append(
            LookupStep(
                name: name, place: place, next: target, endsChain: target != nil && isLast))
        guard let target, !isLast else { break }
        name = target.lowercased()
    }
    return steps
}

private func place(of name: Name, type: RRType, in image: ServingImage) -> LookupStep.Place {
    // What `locate` needs of a response is the image and the type asked for.
    let memory = UnsafeMutableRawBufferPointer.allocate(
        byteCount: CounterPage.bytes, alignment: 64)
    defer { unsafe memory.deallocate() }
    guard let base = memory.baseAddress else { return .foreign }
    var response = unsafe Response(
        into: ByteSink(memory), image: image,
        verdicts: VerdictTable(base, count: 0, epoch: base), counters: CounterPage(base))
    response.query.type = type
    var key = NameKey()
    unsafe name.wire.withUnsafeBytes { unsafe key.set(ByteView($0)) }
    return switch response.locate(key, image.find(key.name)) {
    case .name(let node): .name(node)
    case .referral(let node): .referral(node)
    case .redirect(let node): .redirect(node)
    case .nameError(let zone): .nameError(zone: zone)
    case .foreign: .foreign
    }
}

/// Where an alias leads.
private func target(of place: LookupStep.Place, from name: Name, type: RRType) -> Name? {
    switch place {
    case .name(let node):
        guard node.hasCNAME, type != .cname, type != .any else { return nil }
        return node.entry(of: .cname)?.fragment.target.flatMap(Name.init(view:))
    case .redirect(let node):
        guard type != .cname, type != .any,
            let target = node.entry(of: .dname)?.fragment.target.flatMap(Name.init(view:))
        else { return nil }
        let kept = name.labels.dropLast(Name(view: node.name)?.labels.count ?? 0)
        return try? Name(labels: kept + target.labels)
    default: return nil
    }
}

extension Name {
    /// A name that lies in an image; nil where it is none.
    package init?(view: ByteView) {
        do throws(NameError) {
            try self.init(wire: (0..<view.count).map { view.byte($0) })
        } catch {
            return nil
        }
    }
}
