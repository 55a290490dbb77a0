import CLDNS
import Foundation

/// A folder of zones that are served together.
enum ZoneSet: String, CaseIterable {
    case ordinary, dname, root

    var folder: String { "\(Programs.tests)/Zones/\(rawValue)" }

    /// Names of the zones, with the dot at the end.
    var origins: [String] {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return files.filter { $0.hasSuffix(".zone") }.sorted()
            .map { $0 == "root.zone" ? "." : "\($0.dropLast(5))." }
    }

    func file(of origin: String) -> String { origin == "." ? "root.zone" : "\(origin)zone" }

    /// Every name that owns a record or stands in one, in the order of the files, once.
    func names() throws -> [QueryName] {
        var names: [QueryName] = []
        var seen: Set<QueryName> = []
        func add(_ field: UnsafeMutablePointer<ldns_rdf>?) {
            guard let field, ldns_rdf_get_type(field) == LDNS_RDF_TYPE_DNAME else { return }
            let bytes = UnsafeRawBufferPointer(
                start: ldns_rdf_data(field), count: ldns_rdf_size(field))
            let name = QueryName(wire: Array(bytes))
            if seen.insert(name).inserted { names.append(name) }
        }
        for origin in origins {
            let path = "\(folder)/\(file(of: origin))"
            guard let stream = fopen(path, "r") else { throw Failure("cannot read \(path)") }
            defer { fclose(stream) }
            var line: CInt = 0
            var zone: UnsafeMutablePointer<ldns_zone>?
            let status = ldns_zone_new_frm_fp_l(&zone, stream, nil, 3600, LDNS_RR_CLASS_IN, &line)
            guard status == LDNS_STATUS_OK, let zone else {
                throw Failure("\(path):\(line): libldns cannot read it")
            }
            defer { ldns_zone_deep_free(zone) }
            add(ldns_rr_owner(ldns_zone_soa(zone)))
            let records = ldns_zone_rrs(zone)
            for index in 0..<ldns_rr_list_rr_count(records) {
                let record = ldns_rr_list_rr(records, index)
                add(ldns_rr_owner(record))
                for field in 0..<ldns_rr_rd_count(record) { add(ldns_rr_rdf(record, field)) }
            }
        }
        return names
    }
}
