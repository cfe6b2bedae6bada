internal import LabNet
internal import Puller

/// Whom an image is asked for.
extension Flags {
    /// Which registry is asked, by whom, and who in its place.
    ///
    /// - Parameter image: what is asked for; nil where there is no one image.
    func access(to image: ImageReference?, in surroundings: Surroundings) throws(UsageError) -> RegistryAccess {
        var access = RegistryAccess()
        access.accounts = try accounts(in: surroundings)
        access.plainHTTP = plainHTTP
        access.mirrors = try mirrors(for: image, in: surroundings)
        access.fallsBackOnOrigin = mirrorFallback
        access.witness = requireOrigin ? .originOnly : lab ? .origin : .mirror
        if requireOrigin, !lab { throw .needs(.requireOrigin, Flag.lab.spelling) }
        for (isGiven, flag) in [(mirrorFallback, Flag.mirrorFallback), (requireOrigin, .requireOrigin)]
        where isGiven && access.mirrors.isEmpty {
            throw .needs(flag, Flag.mirror.spelling)
        }
        return access
    }

    /// The mirrors that were typed; else those of the user's own map. `-mirror none` is for nobody.
    private func mirrors(for image: ImageReference?, in surroundings: Surroundings) throws(UsageError)
        -> [RegistryMirror]
    {
        if !mirror.isEmpty { return try typedMirrors() }
        guard let image, let path = Self.configuration("mirrors.txt", in: surroundings.environment) else { return [] }
        let text: String?
        do { text = try surroundings.read(path) } catch {
            throw .mirrorFile(path: path, .errno(error.errno))
        }
        guard let text else { return [] }
        do { return try MirrorMap(parsing: text).mirrors(for: image.domain) } catch {
            throw .mirrorFile(path: path, .unreadableLine(error.number, error.text))
        }
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
