extension Platform {
    /// The platforms that run where this one does, the best first: itself, then the older variants of its architecture.
    ///
    /// containerd's `platforms.Only` without its last step into another architecture (386 for amd64, arm for arm64): a
    /// substitute is never silent here.
    var compatible: [Platform] {
        let wanted = normalised
        return wanted.variants.map {
            Platform(os: wanted.os, architecture: wanted.architecture, variant: $0, osVersion: wanted.osVersion)
                .normalised
        }
    }

    /// Whether an image for `other` may be taken where this platform was asked for.
    func accepts(_ other: Platform) -> Bool { rank(of: other) != nil }

    /// How well `other` fits, 0 the best; nil when it does not.
    func rank(of other: Platform) -> Int? {
        let other = other.normalised
        return compatible.firstIndex { one in
            one.os == other.os && one.architecture == other.architecture && one.variant == other.variant
                && (one.osVersion.map { Self.build($0, admits: other.osVersion) } ?? true)
        }
    }

    private var variants: [String?] {
        switch (architecture, variant) {
        case ("amd64", let variant?): Self.descending(variant, downTo: 1)
        case ("arm", let variant?): Self.descending(variant, downTo: 5)
        case ("arm64", let variant): Self.armVariants(variant ?? "v8")
        default: [variant]
        }
    }

    /// `v7`, `v6`, `v5`; a variant without a number stands for itself.
    private static func descending(_ variant: String, downTo lowest: Int) -> [String?] {
        guard let number = Int(variant.dropFirst()), (lowest...99).contains(number) else { return [variant] }
        return (lowest...number).reversed().map { "v\($0)" }
    }

    /// Armv8.x runs what is made for the minors before it, and Armv9.x what is made for Armv8.(x+5), as Arm defines it.
    private static func armVariants(_ variant: String) -> [String?] {
        let parts = variant.dropFirst().split(separator: ".", omittingEmptySubsequences: false).map { Int($0) }
        guard (1...2).contains(parts.count), let major = parts[0], let minor = parts.count == 2 ? parts[1] : 0,
            (8...9).contains(major), (0...9).contains(minor)
        else { return [variant] }
        let eight = major == 8 ? minor : min(minor + 5, 9)
        let nine = major == 9 ? (0...minor).reversed().map { "v9.\($0)" } : []
        return nine + (0...eight).reversed().map { "v8.\($0)" }
    }

    /// A build of Windows admits the revisions of itself: `10.0.20348` takes `10.0.20348.2340`.
    private static func build(_ wanted: String, admits offered: String?) -> Bool {
        guard let offered else { return false }
        return offered == wanted || offered.hasPrefix(wanted + ".")
    }
}

extension ImageIndex {
    /// The manifests that are images: attestations, which buildkit puts in as `unknown/unknown`, are left out.
    var images: [Descriptor] { Self.images(among: manifests) }

    /// Those entries that are images.
    static func images(among entries: [Descriptor]) -> [Descriptor] {
        entries.filter {
            $0.platform?.os != "unknown" && $0.platform?.architecture != "unknown"
                && $0.annotations?["vnd.docker.reference.type"] != "attestation-manifest"
        }
    }

    /// The image for this platform, the first of the best; nil when the index declares none.
    func manifest(for platform: Platform) -> Descriptor? {
        images.compactMap { entry in entry.platform.flatMap(platform.rank(of:)).map { (entry, rank: $0) } }
            .min { $0.rank < $1.rank }?.0
    }
}
