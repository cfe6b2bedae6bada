/// The help text, put together from the catalogue: the flags in groups, their meanings in one column.
struct Help {
    /// The language of the words.
    let language: Language

    /// The text's lines, none wider than 100 columns.
    var lines: [String] {
        let groups: [(Sentence, [Flag])] = [
            (.helpWhat, [.action, .image, .fromFile, .arch]),
            (.helpDiagnosis, [.report, .control, .noRedact]),
            (
                .helpArchive,
                [
                    .output, .load, .noClobber, .nameInArchive, .format, .keepIndex, .foreign, .saveTime, .jobs,
                ]
            ),
            (
                .helpRegistry,
                [.username, .passwordStdin, .password, .login, .mirror, .mirrorFallback, .requireOrigin, .plainHTTP]
            ),
            (.helpTarget, [.to, .toUsername, .toPasswordStdin, .toPlainHTTP]),
            (
                .helpTransfer, [.retries, .timeout, .connections, .limitRate, .cacheSize, .noCache]
            ),
            (
                .helpWay,
                [
                    .lab, .dnsServers, .dnsTimeout, .canary, .noCanary, .sni, .hello, .mss, .forget, .noMemory,
                    .network, .resolve, .proxy,
                ]
            ),
            (.helpTrust, [.trust, .authorityFile, .authorityFolder]),
            (.helpWords, [.quiet, .json, .debug, .log, .lang, .version, .help]),
        ]
        var lines = [text(.helpPurpose), "", text(.helpUsage)]
        lines += [
            "docker-tar-lab pull nginx", "docker-tar-lab list ghcr.io/owner/image:tag",
            "docker-tar-lab -action pull -image nginx -arch arm64 -lab -output nginx.tar",
            "docker-tar-lab inspect nginx", "docker-tar-lab tags quay.io/owner/image",
            "docker-tar-lab sync images.txt -output folder", "docker-tar-lab verify nginx.tar",
            "docker-tar-lab push nginx.tar -to registry.lan:5000/mirror",
            "docker-tar-lab convert nginx.tar -format docker-20.10 -output old.tar",
            "docker-tar-lab diagnose nginx ghcr.io -report report.html",
        ].map { "  " + $0 }
        for (heading, flags) in groups {
            lines += ["", text(heading)] + rows(flags.map { (head($0), text(.help($0))) })
        }
        lines += ["", text(.helpExitCodes)]
        lines += rows(ExitCode.allCases.map { (String($0.rawValue), text(.help($0))) })
        lines += ["", text(.helpFiles)]
        lines += rows([
            ("$DOCKER_TAR_LAB_PASSWORD", text(.helpPasswordVariable)),
            ("$DOCKER_TAR_LAB_PASSWORD_HOST", text(.helpLoginVariable)),
            ("$DOCKER_TAR_LAB_TO_PASSWORD", text(.helpToPassword)),
            ("$DOCKER_CONFIG, $REGISTRY_AUTH_FILE", text(.helpCredentials)),
            ("$XDG_CONFIG_HOME/docker-tar-lab/resolvers.txt", text(.helpResolverFile)),
            ("$XDG_CONFIG_HOME/docker-tar-lab/mirrors.txt", text(.helpMirrorFile)),
            ("$XDG_CACHE_HOME/docker-tar-lab/", text(.helpMemory)),
            ("$XDG_CACHE_HOME/docker-tar-lab/blobs/", text(.helpCache)),
            ("$HTTPS_PROXY $HTTP_PROXY $ALL_PROXY $NO_PROXY", text(.helpProxyVariables)),
            ("$SSL_CERT_FILE, /etc/docker/certs.d/HOST/", text(.helpCertificates)),
        ])
        return lines
    }

    private func head(_ flag: Flag) -> String {
        let placeholder = Sentence.placeholder(flag).map { " " + text($0) } ?? ""
        return (flag == .help ? "-h, -help" : flag.spelling) + placeholder
    }

    /// Two columns; what is too wide for the first stands on a line of its own.
    private func rows(_ rows: [(head: String, text: String)]) -> [String] {
        let indent = 30
        return rows.flatMap { row -> [String] in
            let texts = row.text.split(separator: "\n").map(String.init)
            let head = "  " + row.head
            let blank = String(repeating: " ", count: indent)
            let isWide = DisplayWidth.of(head) >= indent
            let first = isWide ? [head] : [DisplayWidth.padded(head, to: indent) + (texts.first ?? "")]
            return first + (isWide ? texts : Array(texts.dropFirst())).map { blank + $0 }
        }
    }

    private func text(_ sentence: Sentence) -> String { sentence.text(in: language) }
}
