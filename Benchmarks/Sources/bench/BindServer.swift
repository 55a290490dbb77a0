struct BindServer: Server {
    let name = ServerName.bind
    let steers = false
    let program: String? = "named"

    func prepare(_ site: Site) throws(BenchError) -> [String] {
        var config = """
            options {
                directory "\(site.folder)";
                listen-on port \(site.port) { 127.0.0.1; };
                listen-on-v6 { none; };
                pid-file none;
                session-keyfile "\(site.folder)/session.key";
                recursion no;
                notify no;
                dnssec-validation no;
                tcp-clients 1000;
                tcp-listen-queue 1000;
            };
            controls { };
            logging { channel quiet { stderr; severity error; }; category default { quiet; }; };

            """
        for origin in site.origins {
            config += "zone \"\(origin)\" { type primary; file \"\(site.zonePath(origin))\"; };\n"
        }
        try site.write(config, to: "named.conf")
        return ["named", "-f", "-n", "1", "-4", "-c", "\(site.folder)/named.conf"]
    }
}
