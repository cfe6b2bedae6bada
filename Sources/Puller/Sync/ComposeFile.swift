/// The images of a compose file (compose-spec): `services.*.image`, with its variables put in.
public struct ComposeFile: Hashable, Sendable {
    /// The images, in the order of the services.
    public private(set) var images: [ImageReference] = []
    /// What the file leads to and no image of it is named for.
    public private(set) var omissions: [Omission] = []

    /// Something whose images are not among ``images``.
    public enum Omission: Hashable, Sendable {
        /// A service that is built and has no image's name.
        case built(service: String)
        /// A service that takes its settings from another file.
        case extended(service: String)
        /// Other files that the file includes.
        case included(line: Int)
    }

    /// Services that extend one another may do so this often.
    private static let depthLimit = 16

    /// Reads the file's text.
    ///
    /// - Parameter variables: the variables by name; nil for one that is not set.
    /// - Throws: `ListFileError`.
    public init(parsing text: String, variables: @escaping (_ name: String) -> String?) throws(ListFileError) {
        let document = try YAMLBlocks.document(text)
        if let include = document["include"], include.kind != .null { omissions.append(.included(line: include.line)) }
        guard let services = document["services"] else {
            throw ListFileError(line: document.line, problem: .noServices)
        }
        guard case .mapping(let entries) = services.kind else {
            if case .null = services.kind { return }
            throw ListFileError(line: services.line, problem: .expected(.mapping("services")))
        }
        for entry in entries {
            guard let image = try Self.image(of: entry, in: services, depth: 0) else {
                let isExtended = entry.value["extends"] != nil && entry.value["build"] == nil
                omissions.append(isExtended ? .extended(service: entry.key) : .built(service: entry.key))
                continue
            }
            images.append(try Self.reference(image, variables))
        }
    }

    /// The scalar that names a service's image: its own, or that of the service that it extends.
    private static func image(
        of service: YAMLNode.Entry, in services: YAMLNode, depth: Int
    ) throws(ListFileError) -> YAMLNode? {
        switch service.value.kind {
        case .mapping: break
        default: throw ListFileError(line: service.line, problem: .expected(.mapping(service.key)))
        }
        if let image = service.value["image"], image.kind != .null { return image }
        guard let extends = service.value["extends"], extends["file"] == nil else { return nil }
        let name: String
        switch (extends.kind, extends["service"]?.kind) {
        case (.scalar(let text), _), (_, .scalar(let text)?): name = text
        default: throw ListFileError(line: extends.line, problem: .expected(.text("extends")))
        }
        guard depth < depthLimit, let other = services[name] else {
            throw ListFileError(line: extends.line, problem: .expected(.service(name)))
        }
        let entry = YAMLNode.Entry(key: name, line: other.line, value: other)
        return try image(of: entry, in: services, depth: depth + 1)
    }

    private static func reference(
        _ image: YAMLNode, _ variables: @escaping (String) -> String?
    ) throws(ListFileError) -> ImageReference {
        guard case .scalar(let text) = image.kind else {
            throw ListFileError(line: image.line, problem: .expected(.text("image")))
        }
        let name: String
        do throws(ListFileError.Problem) {
            name = try Substitution(value: variables, isStrict: true).text(text)
        } catch {
            throw ListFileError(line: image.line, problem: error)
        }
        return try ImageNames.reference(name.trimmed, line: image.line)
    }
}
