import Glibc

// libFuzzer's side. STERNA_FUZZ_ENTRY names the entry to run.

/// libFuzzer's loop; it calls `body` with one input after the other.
@_silgen_name("LLVMFuzzerRunDriver")
private func runFuzzer(
    _ count: UnsafeMutablePointer<CInt>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
    _ body: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt

/// The name that the package manager gives to `main` of this target, where libFuzzer has its own.
@_cdecl("fuzz_main")
public func fuzzMain(
    _ count: CInt, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
) -> CInt {
    var count = count
    var arguments = arguments
    return runFuzzer(&count, &arguments, testOneInput)
}

/// The check of the chosen entry, set up with the first input; libFuzzer has one thread.
private nonisolated(unsafe) var check: ((_ input: [UInt8]) -> String?)?

@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    if check == nil { check = prepared() }
    let input = Array(UnsafeBufferPointer(start: start, count: count))
    if let complaint = check?(input) { stop(complaint) }
    return 0
}

private func prepared() -> (_ input: [UInt8]) -> String? {
    let name = getenv("STERNA_FUZZ_ENTRY").map { String(cString: $0) } ?? ""
    guard let entry = FuzzEntry.all.first(where: { $0.name == name }) else {
        stop("STERNA_FUZZ_ENTRY must be one of \(FuzzEntry.all.map(\.name))")
    }
    do {
        return try entry.prepare()
    } catch {
        stop("cannot prepare \(name): \(error)")
    }
}

/// Ends in the way that libFuzzer takes for a fault, and keeps the input for.
private func stop(_ complaint: String) -> Never {
    let text = Array("FAULT: \(complaint)\n".utf8)
    _ = write(STDERR_FILENO, text, text.count)
    abort()
}
