using System.Security.Cryptography;
using System.Text;

namespace TenantEncryption.Reports.Html;

/// <summary>
/// How a page looks: by day, in the dark, at any width, and on paper. Text has a contrast of at least 4.5:1 and graphics of 3:1 (WCAG 2.2, 1.4.3 and 1.4.11), which a
/// test computes from the colours here. No character of it needs escaping.
/// </summary>
internal static class PageStyle
{
    public const string Css = """
        :root { color-scheme: light dark; --ink: #1b1f24; --paper: #ffffff; --soft: #f3f5f7; --line: #c9d1d9; --quiet: #57606a; --link: #0b57d0; --bad: #b42318; --good: #1a6e32; --bar: #0b57d0; --track: #e4e8ec; }
        @media screen and (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --paper: #0d1117; --soft: #161b22; --line: #3d444d; --quiet: #9ea7b3; --link: #79b8ff; --bad: #ff9b94; --good: #5fd07f; --bar: #79b8ff; --track: #21262d; } }
        * { box-sizing: border-box; }
        body { margin: 0 auto; padding: 1rem; max-width: 72rem; background: var(--paper); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: break-word; }
        h1, h2, h3, h4, h5 { line-height: 1.25; margin: 1.5em 0 0.5em; text-wrap: balance; }
        h1 { font-size: 1.9rem; margin-top: 0.5em; }
        h2 { font-size: 1.45rem; border-bottom: 2px solid var(--line); padding-bottom: 0.2em; margin-top: 2.2em; }
        h3 { font-size: 1.2rem; }
        h4 { font-size: 1.05rem; }
        h5 { font-size: 1rem; }
        p, ul, ol { margin: 0.5em 0; max-width: 46rem; }
        a { color: var(--link); }
        a:focus-visible, .wide:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
        .skip { position: absolute; left: -100vw; }
        .skip:focus { left: 1rem; background: var(--paper); padding: 0.5rem; }
        code { font: 0.9em ui-monospace, monospace; }
        code, .long { overflow-wrap: anywhere; }
        .wide code, .wide .long { display: inline-block; min-width: 9em; }
        .good { color: var(--good); }
        .bad { color: var(--bad); }
        .quiet { color: var(--quiet); }
        .wide { overflow-x: auto; margin: 1rem 0; }
        table { border-collapse: collapse; width: 100%; font-size: 0.9rem; }
        .wide table { min-width: 44rem; }
        .facts { margin: 1rem 0; }
        caption { text-align: left; font-weight: 600; padding: 0.3rem 0; }
        caption span { display: inline-block; position: sticky; left: 0; max-width: calc(100vw - 2rem); }
        th, td { border: 1px solid var(--line); padding: 0.35rem 0.5rem; text-align: left; vertical-align: top; }
        thead th { background: var(--soft); }
        tbody th { font-weight: 600; }
        .facts th { width: 34%; max-width: 16rem; background: var(--soft); }
        .number { text-align: right; font-variant-numeric: tabular-nums; }
        td ul { margin: 0; padding-left: 1.1em; }
        figure { margin: 1rem 0; max-width: 46rem; }
        figcaption { font-weight: 600; font-size: 0.9rem; padding-bottom: 0.3rem; }
        svg { display: block; width: 100%; }
        svg text { fill: var(--ink); font: 13px system-ui, sans-serif; }
        .track { fill: var(--track); }
        .bar { fill: var(--bar); }
        .axis { stroke: var(--quiet); }
        article { border-top: 1px solid var(--line); margin-top: 2rem; content-visibility: auto; contain-intrinsic-size: auto 90rem; }
        @media (forced-colors: active) { .bar { fill: Highlight; } .track { fill: Canvas; stroke: CanvasText; } svg text { fill: CanvasText; } }
        @page { margin: 14mm 12mm; }
        @media print { body { max-width: none; padding: 0; font-size: 9.5pt; } .skip { display: none; } a { color: inherit; } .wide { overflow: visible; } .wide table { min-width: 0; } table { font-size: 8pt; } th, td { padding: 2pt 4pt; } tr, figure { break-inside: avoid; } h2, h3, h4, h5, caption { break-after: avoid; } article { content-visibility: visible; } }
        """;

    /// <summary>What the page may load: nothing. The style is named by its hash, so that no other one counts (CSP Level 3).</summary>
    public static string Policy { get; } =
        $"default-src 'none'; style-src 'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Css)))}'; base-uri 'none'; form-action 'none'";
}
