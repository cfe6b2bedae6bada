internal import Puller

/// An image's description for people: a pure function of it.
struct ImageTable {
    /// The image.
    let image: ImageDescription
    /// The language of the words.
    let language: Language

    /// The table's lines; what is long is not cut, since people copy from it.
    var lines: [String] {
        fields
            + section(
                .platforms, [.fixed, .fixed], [.columnPlatform, .columnDigest],
                image.platforms.map { [$0.platform.label, "\($0.digest)"] })
            + section(
                .layers, [.figures, .figures, .fixed, .fixed],
                [.columnNumber, .columnSize, .columnDigest, .columnType], layers)
            + section(
                .history, [.figures, .fixed, .fixed], [.columnNumber, .columnCreated, .columnCommand], steps)
    }

    private var fields: [String] {
        let configuration = image.configuration
        func list(_ words: [String]?) -> [String] {
            words.map { ["[" + $0.map(quoted).joined(separator: ", ") + "]"] } ?? []
        }
        let fields: [(Sentence, [String])] = [
            (.imageName, image.names.map(\.familiar)),
            (.imageDigest, ["\(image.target.digest)"]),
            (.imageType, [image.target.mediaType]),
            (.imagePlatform, [configuration.platform.label]),
            (.manifestDigest, image.manifest == image.target ? [] : ["\(image.manifest.digest)"]),
            (.imageID, image.config.map { ["\($0.digest)"] } ?? []),
            (.imageSize, [Sentence.size(ByteCount.text(image.size), layers: image.layers.count).text(in: language)]),
            (.created, said(configuration.created)),
            (.author, said(configuration.author)),
            (.user, said(configuration.user)),
            (.workingFolder, said(configuration.workingFolder)),
            (.entrypoint, list(configuration.entrypoint)),
            (.command, list(configuration.command)),
            (.shell, list(configuration.shell)),
            (.healthCheck, list(configuration.healthCheck)),
            (.stopSignal, said(configuration.stopSignal)),
            (.ports, configuration.ports),
            (.volumes, configuration.volumes),
            (.environment, configuration.environment),
            (.labels, configuration.labels.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }),
            (.onBuild, configuration.onBuild),
        ]
        let heads = fields.map { $0.0.text(in: language) }
        let width = (heads.map { DisplayWidth.of($0) }.max() ?? 0) + 2
        return zip(heads, fields).flatMap { head, field in
            field.1.enumerated().map { position, value in
                DisplayWidth.padded(position == 0 ? head : "", to: width) + value
            }
        }
    }

    /// In the order of the image, counted from 1.
    private var layers: [[String]] {
        image.layers.enumerated().map { position, layer in
            [String(position + 1), ByteCount.text(layer.blob.size), "\(layer.blob.digest)", layer.blob.mediaType]
        }
    }

    /// With the number of the layer that a step made, where it made one.
    private var steps: [[String]] {
        var number = 0
        return image.configuration.history.map { step in
            if !step.isEmpty { number += 1 }
            // What a builder writes before the command is the same everywhere.
            let command = step.createdBy ?? step.comment ?? ""
            return [step.isEmpty ? "" : String(number), step.created ?? "", command]
        }
    }

    /// A heading and a table below it; nothing where that is empty.
    private func section(
        _ heading: Sentence, _ columns: [TextTable.Column], _ heads: [Sentence], _ rows: [[String]]
    ) -> [String] {
        guard !rows.isEmpty else { return [] }
        let table = TextTable(
            columns: columns, heading: heads.map { $0.text(in: language) }, rows: rows.map { $0.map { Painted($0) } })
        return ["", heading.text(in: language)] + table.lines(width: .max).map(\.plain)
    }

    private func said(_ text: String?) -> [String] { text.flatMap { $0.isEmpty ? nil : [$0] } ?? [] }

    private func quoted(_ word: String) -> String {
        "\"" + word.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }
}
