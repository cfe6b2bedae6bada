extension Page {
    /// How it looks: light and dark, on a phone and on paper. It loads nothing, fonts included.
    static let sheet: StaticString = """
        :root{color-scheme:light dark;--bg:#fbfbfa;--card:#fff;--ink:#1d2125;--faint:#6a727b;--line:#e1e4e8;
        --good:#1a7f4b;--bad:#c0342b;--fair:#9a6400;--good-bg:#e3f4ea;--bad-bg:#fce8e6;--fair-bg:#fbf0d9;
        --window:#edf1f6;--code:#f1f3f5}
        @media screen and (prefers-color-scheme:dark){:root{--bg:#15181c;--card:#1c2025;--ink:#dfe3e8;--faint:#949da8;
        --line:#30363d;--good:#5fc98e;--bad:#ff8379;--fair:#e3b341;--good-bg:#16331f;--bad-bg:#43201d;
        --fair-bg:#392c10;--window:#262c34;--code:#262b31}}
        *{box-sizing:border-box}
        body{margin:0 auto;padding:28px 20px 60px;max-width:1040px;background:var(--bg);color:var(--ink);
        font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","Noto Sans CJK SC","PingFang SC",
        "Microsoft YaHei",sans-serif;overflow-wrap:anywhere}
        h1{font-size:22px;margin:0}h2{font-size:17px;margin:0 0 4px}
        h3{font-size:13px;margin:22px 0 6px;color:var(--faint);font-weight:600}
        p{margin:4px 0}ul{margin:6px 0;padding-left:20px}small{font-weight:400;color:var(--faint);font-size:13px}
        .faint{color:var(--faint);font-size:13px}header{margin-bottom:18px}
        .mono,pre{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:12.5px}
        .names{font-size:12px;color:var(--faint)}
        .verdicts{display:grid;gap:12px;grid-template-columns:repeat(auto-fit,minmax(min(100%,420px),1fr))}
        .card,.host{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:14px 16px}
        .card{border-left:4px solid var(--line)}
        .card.good{border-left-color:var(--good)}.card.bad{border-left-color:var(--bad)}
        .card.fair{border-left-color:var(--fair)}
        .host{margin-top:18px}.meaning{font-weight:500}.meaning::first-letter,li::first-letter,.way p::first-letter{text-transform:uppercase}.line{margin:16px 2px}
        .badge{display:inline-block;padding:1px 9px;border-radius:10px;font-size:13px;font-weight:600}
        .badge.good{background:var(--good-bg);color:var(--good)}.badge.bad{background:var(--bad-bg);color:var(--bad)}
        .badge.fair{background:var(--fair-bg);color:var(--fair)}
        .way{margin-top:8px}
        pre{margin:2px 0;padding:8px 10px;background:var(--code);border-radius:6px;white-space:pre-wrap;
        user-select:all}
        .note{font-size:14px;padding:5px 10px;border-radius:6px;background:var(--fair-bg)}
        figure{margin:8px 0}.scroll{overflow-x:auto}
        .legend{display:flex;flex-wrap:wrap;gap:4px 16px;font-size:12.5px;color:var(--faint);margin-top:4px}
        .legend span{display:inline-flex;align-items:center;gap:3px}
        .swatch{width:22px;height:12px;border-radius:2px;background:var(--window)}
        svg text{font-size:12px;fill:var(--ink)}
        svg .name{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:11px}
        .scale path{stroke:var(--line);stroke-width:1}.scale text{fill:var(--faint);text-anchor:middle;font-size:11px}
        .window{fill:var(--window)}.forged,.doubtful,.disturbed,.distance{fill:none;stroke-width:2}
        .forged{stroke:var(--bad)}.genuine{fill:var(--good)}.doubtful{stroke:var(--fair)}
        .disturbed,.distance{stroke:var(--faint)}.distance{stroke-width:1.5;stroke-dasharray:2 2}
        .state.good{fill:var(--good)}.state.bad{fill:var(--bad)}.state.fair{fill:var(--fair)}
        .state.faint{fill:var(--faint)}
        table{border-collapse:collapse;font-size:13px;width:100%;overflow-wrap:normal}
        th{font-weight:600;text-align:left}thead th{color:var(--faint);font-size:12px;white-space:nowrap}
        th,td{padding:4px 10px 4px 0;border-bottom:1px solid var(--line);vertical-align:top}
        td.mono,.n{white-space:nowrap}
        .t-good{color:var(--good)}.t-bad{color:var(--bad)}.t-fair{color:var(--fair)}.t-faint{color:var(--faint)}
        .matrix{border-collapse:separate;border-spacing:3px}.matrix th,.matrix td{border:0;padding:4px 8px;
        white-space:nowrap}
        .matrix td{border-radius:4px}
        .matrix .good{background:var(--good-bg);color:var(--good)}.matrix .bad{background:var(--bad-bg);color:var(--bad)}
        .matrix .fair{background:var(--fair-bg);color:var(--fair)}
        .matrix .faint,.matrix .none{background:var(--code);color:var(--faint)}
        details{margin-top:8px}summary{cursor:pointer;color:var(--faint);font-size:13px}
        footer{margin-top:24px}
        @media(max-width:600px){body{padding:16px 10px 40px}.card,.host{padding:12px}.scroll svg{width:560px;height:auto}}
        @media print{:root{--bg:#fff;--card:#fff;--ink:#000;--faint:#555;--line:#bbb}
        body{max-width:none;padding:0;font-size:11pt}details::details-content{content-visibility:visible;display:block}
        details>*{display:block}
        .host,.card{break-inside:auto;border-color:#bbb}h2,h3{break-after:avoid}tr,.way{break-inside:avoid}
        .scroll{overflow:visible}svg{max-width:100%;height:auto}
        table,thead th{font-size:7.5pt}td.mono{white-space:normal;font-size:7pt}th,td{padding:2px 6px 2px 0}
        *{print-color-adjust:exact}}

        """
}
