/// A text that names no platform.
public struct PlatformError: Error, Hashable, Sendable {
    /// The text.
    public var text: String

    /// Names the text.
    public init(text: String) { self.text = text }
}

extension Platform {
    /// Reads what people call platforms: `amd64`, `x86_64`, `armv7`, `arm/v7`, `arm64v8`, `linux/arm64/v8`,
    /// `windows/amd64`, `windows(10.0.20348)/amd64`; any case. Without a system it is Linux. The result is `normalised`.
    public init(parsing text: String) throws(PlatformError) {
        let parts = text.lowercased().split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard (1...3).contains(parts.count), parts.allSatisfy(Self.isWord) else { throw PlatformError(text: text) }
        var rest = parts[...]
        var os = "linux"
        var osVersion: String?
        if parts.count > 1, let (name, version) = Self.system(parts[0]) {
            (os, osVersion) = (name, version)
            rest.removeFirst()
        }
        guard let name = rest.first, rest.count < 3 else { throw PlatformError(text: text) }
        // With its system named, an architecture that is new to us may pass; a lone unknown word is a typing error.
        let known = Self.architecture(name) ?? (rest.count < parts.count ? (name, nil) : nil)
        guard let (architecture, implied) = known, rest.count == 1 || implied == nil else {
            throw PlatformError(text: text)
        }
        let variant = rest.count == 2 ? rest.last : implied
        self = Platform(os: os, architecture: architecture, variant: variant, osVersion: osVersion).normalised
    }

    /// Letters, digits and what stands in versions; never empty.
    private static func isWord(_ text: String) -> Bool {
        !text.isEmpty
            && text.unicodeScalars.allSatisfy { scalar in
                switch scalar {
                case "a"..."z", "0"..."9", ".", "-", "_", "(", ")": true
                default: false
                }
            }
    }

    /// `windows` or `windows(10.0.20348)`; nil for what is no operating system.
    private static func system(_ text: String) -> (name: String, version: String?)? {
        let parts = text.split(separator: "(", maxSplits: 1)
        guard let name = parts.first.map(String.init), systems.contains(name) else { return nil }
        guard parts.count == 2 else { return text.hasSuffix("(") ? nil : (name, nil) }
        guard parts[1].hasSuffix(")"), parts[1].count > 1 else { return nil }
        return (name, String(parts[1].dropLast()))
    }

    private static let systems: Set<String> = [
        "aix", "android", "darwin", "dragonfly", "freebsd", "illumos", "linux", "netbsd", "openbsd", "plan9",
        "solaris", "wasip1", "windows",
    ]

    /// An architecture by any of its names, with the variant that the name holds or implies: `armv7`, `arm64v8`, `armhf`.
    private static func architecture(_ name: String) -> (String, String?)? {
        if let known = architectures[name] { return known }
        for (prefix, own) in [("amd64v", "amd64"), ("arm64v", "arm64"), ("arm32v", "arm"), ("armv", "arm")]
        where name.hasPrefix(prefix) {
            let version = name.dropFirst(prefix.count)
            guard let first = version.first, first.isNumber, version.allSatisfy({ $0.isNumber || $0 == "." }) else {
                return nil
            }
            return (own, "v" + version)
        }
        return nil
    }

    /// Every name for an architecture, with the variant that the name implies.
    private static let architectures: [String: (String, String?)] = {
        var names: [String: (String, String?)] = [
            "x86_64": ("amd64", nil), "x86-64": ("amd64", nil), "x64": ("amd64", nil),
            "i386": ("386", nil), "i486": ("386", nil), "i586": ("386", nil), "i686": ("386", nil),
            "x86": ("386", nil), "x86_32": ("386", nil),
            "aarch64": ("arm64", nil), "armv8": ("arm64", nil),
            "armhf": ("arm", "v7"), "armel": ("arm", "v6"), "armv7l": ("arm", "v7"), "armv6l": ("arm", "v6"),
            "armv8l": ("arm", "v8"),
            "mips64el": ("mips64le", nil), "mipsel": ("mipsle", nil), "powerpc64le": ("ppc64le", nil),
            "ppc64el": ("ppc64le", nil), "loongarch64": ("loong64", nil),
        ]
        for own in [
            "386", "amd64", "arm", "arm64", "loong64", "mips", "mips64", "mips64le", "mipsle", "ppc64", "ppc64le",
            "riscv64", "s390x", "wasm",
        ] { names[own] = (own, nil) }
        return names
    }()
}

extension Platform {
    /// The same platform in the form in which it can be compared (containerd's platforms package, normalizeArch):
    /// lower case, aliases resolved, default variants left out, `arm` meaning `v7`.
    public var normalised: Platform {
        var platform = self
        platform.os = os.lowercased()
        if platform.os == "macos" { platform.os = "darwin" }
        var variant = (variant ?? "").lowercased()
        // Index authors write "8" and "7" too.
        if let first = variant.first, first.isNumber { variant = "v" + variant }
        let name = architecture.lowercased()
        let (known, implied) = Self.architecture(name) ?? (name, nil)
        platform.architecture = known
        if let implied { variant = implied }
        switch (known, variant) {
        case ("386", _), ("amd64", "v1"), ("arm64", "v8"), ("arm64", "v8.0"): variant = ""
        case ("arm64", "v9.0"): variant = "v9"
        case ("arm", ""): variant = "v7"
        default: break
        }
        platform.variant = variant.isEmpty ? nil : variant
        if platform.osVersion?.isEmpty == true { platform.osVersion = nil }
        return platform
    }

    /// The name in the list of platforms: `amd64`, `armv7`, `arm64v8`; with its system unless that is Linux.
    public var listName: String {
        let platform = normalised
        let variant = platform.variant ?? (platform.architecture == "arm64" ? "v8" : "")
        // People who write armv8 mean arm64.
        let joint = (platform.architecture, variant) == ("arm", "v8") ? "/" : ""
        return (platform.os == "linux" ? "" : platform.os + "/") + platform.architecture + joint + variant
    }

    /// The platform in an archive's file name: `amd64`, `armv7`, `arm64`, `windows_amd64`.
    var fileNamePart: String {
        let platform = normalised
        return (platform.os == "linux" ? "" : platform.os + "_") + platform.architecture + (platform.variant ?? "")
    }
}
