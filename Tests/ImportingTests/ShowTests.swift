import Testing
import Importing
@Test(arguments: ImportFormat.allCases) func show(_ f: ImportFormat) throws {
    let r = try Imported.result(f)
    for x in r.files { print("=== \(x.name)\n\(x.text)") }
    print(r.report.text)
    for f in try Imported.findings(r) { print("FINDING", f) }
}
