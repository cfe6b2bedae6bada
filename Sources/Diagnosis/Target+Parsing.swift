import LabNet
package import Puller

/// A text that names neither an image nor a host.
package struct TargetError: Error, Hashable, Sendable {
    /// The text.
    package var text: String
    /// What is wrong with it as an image's name, where it looked like one.
    package var reference: ReferenceError?

    /// Names the text.
    package init(text: String, reference: ReferenceError? = nil) {
        self.text = text
        self.reference = reference
    }
}

extension Target {
    /// Reads what people type: `nginx`, `registry/img:tag`, `ghcr.io`, `host:5000`, `https://quay.io/v2/`.
    ///
    /// What has no `/` is a host if it has a dot outside a tag, a port or brackets, or is `localhost`; else it is an image of
    /// Docker Hub. A URL is a registry by its path (`/v2/`), or when it is a registry that everybody knows.
    ///
    /// - Throws: `TargetError`.
    package init(parsing text: String) throws(TargetError) {
        let name = text.hasSuffix("/") && !text.contains("://") ? String(text.dropLast()) : text
        if text.contains("://") {
            self.init(text: text, kind: try Self.kind(ofURL: text))
        } else if Self.isHost(name) || name.hasSuffix("/v2") {
            let place = name.hasSuffix("/v2") ? String(name.dropLast(3)) : name
            self.init(text: text, kind: try Self.registry(place, in: text))
        } else {
            self.init(text: text, kind: try Self.kind(ofImage: name, in: text))
        }
    }

    /// A mirror of Docker Hub as `-mirror` takes it: `host`, `host:port` or `host/prefix`, with or without its scheme.
    ///
    /// - Parameter image: what is asked for there, and at its origin.
    /// - Throws: `TargetError`.
    package init(mirror text: String, of image: ImageReference) throws(TargetError) {
        do {
            let place = try RegistryMirror(parsing: text).place(of: image)
            let prefix = place.repository.dropLast(image.path.count)
            let trimmed = prefix.hasSuffix("/") ? prefix.dropLast() : prefix
            self.init(text: text, kind: .mirror(place.origin, image: image, prefix: String(trimmed)))
        } catch {
            throw TargetError(text: text, reference: error)
        }
    }
}

extension Target {
    private static func kind(ofURL text: String) throws(TargetError) -> Kind {
        guard let url = HTTPURL(text) else { throw TargetError(text: text) }
        if let known = WellKnownRegistry(host: url.origin.host), url.origin.port == 443 {
            return .registry(Origin(scheme: .https, host: known.host), image: known.image)
        }
        let path = url.target.prefix { $0 != "?" }
        let isRegistry = path == "/v2" || path.hasPrefix("/v2/")
        return isRegistry ? .registry(url.origin, image: nil) : .host(url.origin)
    }

    private static func kind(ofImage name: String, in text: String) throws(TargetError) -> Kind {
        do {
            let image = try ImageReference(parsing: name)
            return .registry(try image.registry(scheme: .https), image: image)
        } catch {
            throw TargetError(text: text, reference: error)
        }
    }

    private static func registry(_ place: String, in text: String) throws(TargetError) -> Kind {
        let origin: Origin
        // IPv6 stands in brackets where a port may follow.
        let place = IPAddress(place)?.family == .ip6 ? "[\(place)]" : place
        do { origin = try ImageReference.origin(ofRegistry: place, scheme: .https) } catch {
            throw TargetError(text: text, reference: error)
        }
        guard let known = WellKnownRegistry(host: origin.host), origin.port == 443 else {
            return .registry(origin, image: nil)
        }
        return .registry(Origin(scheme: .https, host: known.host), image: known.image)
    }

    /// Whether a name without a path is a host's: what stands before its colon has a dot, or what stands behind it is a port
    /// rather than a tag. A number of four digits or more, 80 and 443 are ports; `redis:7` and `node:20` are images.
    private static func isHost(_ name: String) -> Bool {
        guard !name.contains("/"), !name.contains("@") else { return false }
        if name.hasPrefix("[") || IPAddress(name) != nil { return true }
        let parts = name.split(separator: ":", omittingEmptySubsequences: false)
        guard let host = parts.first, parts.count <= 2 else { return false }
        if host.contains(".") || host == "localhost" { return true }
        guard parts.count == 2, let port = UInt16(parts[1]) else { return false }
        return port >= 1000 || port == 80 || port == 443
    }
}

extension Target {
    /// What is examined where nobody names anything: the large registries, and the mirrors of Docker Hub that were given.
    ///
    /// - Throws: `TargetError` for a mirror that is no host.
    package static func defaults(mirrors: [String] = []) throws(TargetError) -> [Target] {
        var targets = WellKnownRegistry.all.map { known in
            Target(
                text: known.names[0],
                kind: .registry(Origin(scheme: .https, host: known.host), image: known.image))
        }
        for mirror in mirrors { targets.append(try Target(mirror: mirror, of: WellKnownRegistry.dockerHub.image)) }
        return targets
    }
}
