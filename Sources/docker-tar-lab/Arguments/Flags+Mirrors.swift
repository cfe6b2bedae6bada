internal import LabNet
internal import Puller

/// Whom an image is asked for.
extension Flags {
    /// Which registries are asked, by whom, and who in their place.
    ///
    /// - Parameter images: what is asked for.
    func access(to images: [ImageReference], in surroundings: Surroundings) throws(UsageError) -> RegistryAccess {
        var access = RegistryAccess()
        access.accounts = try accounts(in: surroundings)
        // A password is for one registry.
        if username != nil, let one = images.first, let other = images.first(where: { $0.domain != one.domain }) {
            throw .severalRegistries(one.domain, other.domain)
        }
        access.plainHTTP = plainHTTP
        try setMirrors(of: &access, for: images, in: surroundings)
        access.fallsBackOnOrigin = mirrorFallback
        access.witness = requireOrigin ? .originOnly : lab ? .origin : .mirror
        if requireOrigin, !lab { throw .needs(.requireOrigin, Flag.lab.spelling) }
        for (isGiven, flag) in [(mirrorFallback, Flag.mirrorFallback), (requireOrigin, .requireOrigin)]
        where isGiven && !access.hasMirrors {
            throw .needs(flag, Flag.mirror.spelling)
        }
        return access
    }

    /// The mirrors that were typed; else those of the user's own map. `-mirror none` is for nobody.
    private func setMirrors(
        of access: inout RegistryAccess, for images: [ImageReference], in surroundings: Surroundings
    ) throws(UsageError) {
        if !mirror.isEmpty { return access.mirrors = try typedMirrors() }
        guard !images.isEmpty, let path = Self.configuration("mirrors.txt", in: surroundings.environment) else {
            return
        }
        let text: String?
        do { text = try surroundings.read(path) } catch {
            throw .mirrorFile(path: path, .errno(error.errno))
        }
        guard let text else { return }
        let map: MirrorMap
        do { map = try MirrorMap(parsing: text) } catch {
            throw .mirrorFile(path: path, .unreadableLine(error.number, error.text))
        }
        for domain in Set(images.map(\.domain)) { access.mirrorsOfRegistries[domain] = map.mirrors(for: domain) }
    }

    /// The mirrors as they were typed, one or several to a flag.
    func typedMirrors() throws(UsageError) -> [RegistryMirror] {
        if mirror == ["none"] { return [] }
        var mirrors: [RegistryMirror] = []
        for text in mirror.flatMap({ $0.split(separator: ",", omittingEmptySubsequences: false) }) {
            do { mirrors.append(try RegistryMirror(parsing: String(text))) } catch {
                throw .invalidValue(.mirror, String(text), .expectedMirror)
            }
        }
        return mirrors
    }
}
