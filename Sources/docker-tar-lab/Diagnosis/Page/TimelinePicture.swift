internal import LabNet

/// The answers to one name on a time axis, as SVG: a line for each resolver, a mark for each message, the window shaded.
///
/// Marks differ by form as well as by colour. Resolvers of whom nothing came stand below the picture.
struct TimelinePicture: Sendable {
    /// What was asked and heard.
    let lookup: LookupRecord
    /// The language of the words.
    let language: Language

    private static let label = 156
    private static let axis = 410
    private static let verdict = 150
    private static let row = 20
    private static let top = 26

    /// The picture, its legend, and who stayed silent.
    var markup: Markup {
        let tracks = lookup.tracks
        let shown = tracks.filter { !$0.marks.isEmpty || $0.isCanary }
        let silent = tracks.filter { $0.marks.isEmpty && !$0.isCanary }
        var parts: [Markup] = []
        if !shown.isEmpty { parts.append(.element("div", ["class": "scroll"], [picture(shown)])) }
        parts.append(legend)
        if !silent.isEmpty {
            let names = silent.map { track in
                track.name + (track.failure.map { " (\(text(.cause($0))))" } ?? "")
            }
            parts.append(
                .element(
                    "details", [:],
                    [
                        .element("summary", [:], text(.silentResolvers(silent.count))),
                        .element("p", ["class": "names"], names.joined(separator: " · ")),
                    ]))
        }
        return .element("figure", [:], parts)
    }

    private func picture(_ tracks: [Track]) -> Markup {
        let moments = tracks.flatMap { [$0.window, $0.roundTrip ?? .zero] + $0.marks.map(\.elapsed) }
        let axis = TimeAxis(covering: moments)
        let height = Self.top + tracks.count * Self.row + 6
        let width = Self.label + Self.axis + Self.verdict
        let lines = tracks.enumerated().map { line($0.element, at: Self.top + $0.offset * Self.row, on: axis) }
        return .element(
            "svg",
            [
                "viewBox": "0 0 \(width) \(height)", "width": "\(width)", "height": "\(height)", "role": "img",
                "aria-label": text(.timelineOf(lookup.name)),
            ], [Self.shapes, scale(axis, height: height), .lines(lines)])
    }

    /// The marks, drawn once and used by name.
    private static let shapes = Markup.element(
        "defs", [:],
        [
            .void("path", ["id": "f", "d": "M-4-4 4 4M-4 4 4-4", "class": "forged"]),
            .void("circle", ["id": "g", "r": "4", "class": "genuine"]),
            .void("path", ["id": "d", "d": "M0-5 5 0 0 5-5 0Z", "class": "doubtful"]),
            .void("path", ["id": "n", "d": "M0-4V4", "class": "disturbed"]),
            .void("path", ["id": "r", "d": "M0-7V7", "class": "distance"]),
        ])

    private func scale(_ axis: TimeAxis, height: Int) -> Markup {
        .element(
            "g", ["class": "scale"],
            axis.ticks.flatMap { tick -> [Markup] in
                let x = place(.milliseconds(tick), on: axis)
                let label = tick >= 1000 ? "\(tick / 1000) s" : "\(tick) ms"
                return [
                    .void("path", ["d": "M\(x) \(Self.top - 4)V\(height - 4)"]),
                    .element("text", ["x": x, "y": "14"], label),
                ]
            })
    }

    private func line(_ track: Track, at y: Int, on axis: TimeAxis) -> Markup {
        let middle = y + Self.row / 2
        let name =
            track.isCanary
            ? text(.canary(track.name)) : track.name
        let left = Self.label
        let end = place(track.window, on: axis)
        let width = max(0, (Double(end) ?? 0) - Double(left))
        var marks = track.marks.map { mark -> Markup in
            use(Self.shape(mark.kind), place(mark.elapsed, on: axis), middle)
        }
        if let roundTrip = track.roundTrip { marks.insert(use("r", place(roundTrip, on: axis), middle), at: 0) }
        return .element(
            "g", [:],
            [
                .element("text", ["x": "0", "y": "\(middle + 4)", "class": "name"], DisplayWidth.cut(name, to: 23)),
                .void(
                    "rect",
                    [
                        "x": "\(left)", "y": "\(y + 2)", "width": Self.figure(width), "height": "\(Self.row - 4)",
                        "class": "window",
                    ]),
            ] + marks + [
                .element(
                    "text",
                    [
                        "x": "\(Self.label + Self.axis + 14)", "y": "\(middle + 4)",
                        "class": "state \(track.state.tone.rawValue)",
                    ], text(.state(track)))
            ])
    }

    private func use(_ shape: String, _ x: String, _ y: Int) -> Markup {
        .void("use", ["href": "#\(shape)", "x": x, "y": "\(y)"])
    }

    private static func shape(_ kind: Track.Kind) -> String {
        switch kind {
        case .forged: "f"
        case .genuine: "g"
        case .doubtful: "d"
        case .disturbed: "n"
        }
    }

    private func place(_ moment: Duration, on axis: TimeAxis) -> String {
        Self.figure(Double(Self.label) + axis.position(of: moment) * Double(Self.axis))
    }

    /// A coordinate, to a tenth.
    private static func figure(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        return tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(tenths % 10)"
    }

    private var legend: Markup {
        let entries: [(String, Sentence)] = [
            ("f", .markForged), ("d", .markDoubtful), ("g", .markGenuine), ("n", .markDisturbed), ("r", .markDistance),
        ]
        let marks = entries.map { shape, words in
            Markup.element(
                "span", [:],
                [
                    .element("svg", ["viewBox": "-8 -8 16 16", "width": "16", "height": "16"], [use(shape, "0", 0)]),
                    .text(" " + text(words)),
                ])
        }
        let window = Markup.element(
            "span", [:], [.element("i", ["class": "swatch"]), .text(" " + text(.markWindow))])
        return .element("figcaption", ["class": "legend"], marks + [window])
    }

    private func text(_ sentence: Sentence) -> String { sentence.text(in: language) }
}
