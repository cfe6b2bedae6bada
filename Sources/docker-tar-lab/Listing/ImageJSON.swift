internal import Puller

/// An image's description as JSON, whose names stay as they are from version to version (README, `inspect`). What is
/// not known is left out; what an image has none of is an empty list.
struct ImageJSON: Encodable {
    private let names: [String]
    private let digest: Digest
    private let mediaType: String
    private let platforms: [PlatformRow]
    private let platform: PlatformRow
    private let manifest: Blob
    private let config: Blob?
    private let size: Int64
    private let layers: [Layer]
    private let created: String?
    private let author: String?
    private let user: String?
    private let env: [String]
    private let entrypoint: [String]?
    private let cmd: [String]?
    private let workingDir: String?
    private let exposedPorts: [String]
    private let volumes: [String]
    private let labels: [String: String]
    private let stopSignal: String?
    private let healthcheck: [String]?
    private let onBuild: [String]
    private let shell: [String]?
    private let history: [Step]

    init(_ image: ImageDescription) {
        let configuration = image.configuration
        names = image.names.map(\.description)
        (digest, mediaType) = (image.target.digest, image.target.mediaType)
        platforms = image.platforms.map { PlatformRow($0.platform, digest: $0.digest) }
        platform = PlatformRow(configuration.platform, digest: nil)
        manifest = Blob(image.manifest)
        config = image.config.map(Blob.init)
        size = image.size
        layers = image.layers.map(Layer.init)
        (created, author, user) = (configuration.created, configuration.author, configuration.user)
        env = configuration.environment
        (entrypoint, cmd) = (configuration.entrypoint, configuration.command)
        workingDir = configuration.workingFolder
        (exposedPorts, volumes) = (configuration.ports, configuration.volumes)
        labels = configuration.labels
        (stopSignal, healthcheck) = (configuration.stopSignal, configuration.healthCheck)
        (onBuild, shell) = (configuration.onBuild, configuration.shell)
        history = configuration.history.map(Step.init)
    }

    private struct Blob: Encodable {
        let mediaType: String
        let digest: Digest
        let size: Int64

        init(_ blob: Descriptor) { (mediaType, digest, size) = (blob.mediaType, blob.digest, blob.size) }
    }

    private struct Layer: Encodable {
        let mediaType: String
        let digest: Digest
        let size: Int64
        let diffID: Digest?
        let urls: [String]?

        init(_ layer: ImageDescription.Layer) {
            (mediaType, digest, size) = (layer.blob.mediaType, layer.blob.digest, layer.blob.size)
            (diffID, urls) = (layer.diffID, layer.blob.urls)
        }
    }

    private struct Step: Encodable {
        let created: String?
        let createdBy: String?
        let author: String?
        let comment: String?
        let emptyLayer: Bool

        init(_ step: ImageConfiguration.Step) {
            (created, createdBy, author, comment) = (step.created, step.createdBy, step.author, step.comment)
            emptyLayer = step.isEmpty
        }
    }
}
