package import DNSWire
package import Zones

/// Reads a zone's master file and what it includes, and checks the zone.
///
/// - Parameters:
///   - file: The zone's file, wherever it lies; findings name it as given here.
///   - folder: What `$INCLUDE` must stay in.
/// - Returns: All findings at once, by file and line; no zone when one of them is an error.
package func loadZone(
    origin: Name, file: String, folder: String
) -> (zone: Zone?, findings: [Finding]) {
    loadZone(origin: origin, file: file, files: ZoneFiles(folder: folder))
}

/// The same from other files than those on the disk.
package func loadZone(
    origin: Name, file: String, files: ZoneFiles
) -> (zone: Zone?, findings: [Finding]) {
    let (records, read) = MasterFileReader.read(file, origin: origin, files: files)
    let (zone, findings) = Zone.checked(
        origin: origin, records: records, file: file, isPartial: read.hasErrors, after: read)
    return (zone, findings)
}
