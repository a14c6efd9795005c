//! The picture of a campaign's links: mails on a circle, grouped by organisation, ties as chords, as thick as they are
//! strong. The same input gives the same picture; a table of the same ties stands beside it.

use std::collections::BTreeMap;

use askama::Template;

/// Mails drawn at most.
pub(crate) const NODES: usize = 36;
/// Ties drawn at most: those that hold the picture together, then the strongest.
pub(crate) const EDGES: usize = 140;
/// Width and height of the drawing, in its own units.
const SIZE: f64 = 640.0;
/// Radius of the circle on which the mails stand.
const RADIUS: f64 = 218.0;
/// Radius of the names of organisations.
const NAMES: f64 = 262.0;
/// Radius of a mail.
const DOT: f64 = 13.0;

/// A mail to be drawn.
#[derive(Debug, Clone)]
pub(crate) struct NodeData {
    /// Its number in the campaign.
    pub(crate) number: usize,
    /// The group it stands in: its organisation's number.
    pub(crate) group: usize,
    /// The name of that group.
    pub(crate) name: String,
    /// What is told on hover.
    pub(crate) title: String,
}

/// A tie to be drawn, between places in the list of mails.
#[derive(Debug, Clone)]
pub(crate) struct EdgeData {
    /// The one.
    pub(crate) a: usize,
    /// The other.
    pub(crate) b: usize,
    /// How strong, 0 to 1.
    pub(crate) weight: f64,
    /// What is told on hover.
    pub(crate) title: String,
}

/// The drawing.
#[derive(Template)]
#[template(path = "parts/graph.svg.html")]
pub(crate) struct Graph {
    title: String,
    desc: String,
    size: String,
    edges: Vec<Edge>,
    nodes: Vec<Node>,
    names: Vec<Name>,
    /// Ties that were left out of the drawing.
    pub(crate) left_out: usize,
}

struct Edge {
    path: String,
    width: String,
    tone: &'static str,
    title: String,
}

struct Node {
    x: String,
    y: String,
    r: String,
    label_y: String,
    series: &'static str,
    number: usize,
    title: String,
}

struct Name {
    x: String,
    y: String,
    anchor: &'static str,
    text: String,
}

impl Graph {
    /// A drawing of at most [`NODES`] mails and [`EDGES`] ties among them.
    pub(crate) fn new(title: String, desc: String, nodes: &[NodeData], edges: &[EdgeData]) -> Self {
        let mut order: Vec<usize> = (0..nodes.len().min(NODES)).collect();
        order.sort_by_key(|&n| nodes.get(n).map(|node| (node.group, node.number)));
        // A gap of half a mail between two organisations.
        let groups: Vec<usize> = order.iter().filter_map(|&n| nodes.get(n).map(|node| node.group)).collect();
        let gaps = groups.windows(2).filter(|pair| pair.first() != pair.last()).count() + 1;
        let slots = order.len() as f64 + gaps as f64 * 0.7;
        let mut at = BTreeMap::new();
        let mut place = 0.0;
        for (n, &node) in order.iter().enumerate() {
            if n > 0 && groups.get(n) != groups.get(n - 1) {
                place += 0.7;
            }
            at.insert(node, std::f64::consts::TAU * (place + 0.5) / slots - std::f64::consts::FRAC_PI_2);
            place += 1.0;
        }
        let (kept, left_out) = chosen(nodes.len().min(NODES), edges);
        Self {
            title,
            desc,
            size: number(SIZE),
            edges: kept.into_iter().filter_map(|edge| chord(edge, &at)).collect(),
            names: names(nodes, &order, &at),
            nodes: order
                .iter()
                .filter_map(|&n| {
                    let (node, angle) = (nodes.get(n)?, *at.get(&n)?);
                    let (x, y) = on_circle(angle, RADIUS);
                    Some(Node {
                        x: number(x),
                        y: number(y),
                        r: number(DOT),
                        label_y: number(y + 4.5),
                        series: SERIES
                            .get(node.group.saturating_sub(1) % SERIES.len())
                            .copied()
                            .unwrap_or("s1"),
                        number: node.number,
                        title: node.title.clone(),
                    })
                })
                .collect(),
            left_out,
        }
    }
}

const SERIES: [&str; 6] = ["s1", "s2", "s3", "s4", "s5", "s6"];

/// A coordinate with one decimal: the same on every machine.
fn number(value: f64) -> String {
    format!("{:.1}", if value.is_finite() { value } else { 0.0 })
}

fn on_circle(angle: f64, radius: f64) -> (f64, f64) {
    (SIZE / 2.0 + radius * angle.cos(), SIZE / 2.0 + radius * angle.sin())
}

/// The ties to draw: first those of a strongest spanning forest, so that nothing tied looks loose, then the strongest.
fn chosen(nodes: usize, edges: &[EdgeData]) -> (Vec<&EdgeData>, usize) {
    let mut sorted: Vec<&EdgeData> =
        edges.iter().filter(|edge| edge.a < nodes && edge.b < nodes && edge.a != edge.b).collect();
    sorted.sort_by(|x, y| y.weight.total_cmp(&x.weight).then_with(|| (x.a, x.b).cmp(&(y.a, y.b))));
    let mut root: Vec<usize> = (0..nodes).collect();
    fn find(root: &mut [usize], mut n: usize) -> usize {
        while let Some(up) = root.get(n).copied().filter(|up| *up != n) {
            n = up;
        }
        n
    }
    let (mut holding, mut others) = (Vec::new(), Vec::new());
    for edge in sorted {
        let (a, b) = (find(&mut root, edge.a), find(&mut root, edge.b));
        if a == b {
            others.push(edge);
        } else {
            if let Some(up) = root.get_mut(a.max(b)) {
                *up = a.min(b);
            }
            holding.push(edge);
        }
    }
    let left_out = (holding.len() + others.len()).saturating_sub(EDGES);
    holding.extend(others);
    holding.truncate(EDGES);
    // The strongest are drawn last, on top.
    holding.sort_by(|x, y| x.weight.total_cmp(&y.weight).then_with(|| (x.a, x.b).cmp(&(y.a, y.b))));
    (holding, left_out)
}

fn chord(edge: &EdgeData, at: &BTreeMap<usize, f64>) -> Option<Edge> {
    let (from, to) = (*at.get(&edge.a)?, *at.get(&edge.b)?);
    let ((x1, y1), (x2, y2)) = (on_circle(from, RADIUS), on_circle(to, RADIUS));
    // Bent towards the middle; neighbours less, so that their tie stays beside them.
    let apart = ((from - to) / 2.0).sin().abs();
    let pull = 0.25 + 0.55 * apart;
    let middle = SIZE / 2.0;
    let bend = |p: f64, q: f64| (p + q) / 2.0 * (1.0 - pull) + middle * pull;
    let weight = if edge.weight.is_nan() { 0.0 } else { edge.weight.clamp(0.0, 1.0) };
    Some(Edge {
        path: format!(
            "M{} {}Q{} {} {} {}",
            number(x1),
            number(y1),
            number(bend(x1, x2)),
            number(bend(y1, y2)),
            number(x2),
            number(y2)
        ),
        width: number(1.0 + weight * weight * 5.0),
        tone: if weight >= 0.8 {
            "tie-strong"
        } else if weight >= 0.5 {
            "tie-fair"
        } else {
            "tie-weak"
        },
        title: edge.title.clone(),
    })
}

fn names(nodes: &[NodeData], order: &[usize], at: &BTreeMap<usize, f64>) -> Vec<Name> {
    let mut spans: Vec<(usize, f64, f64, &str)> = Vec::new();
    for &n in order {
        let (Some(node), Some(&angle)) = (nodes.get(n), at.get(&n)) else { continue };
        match spans.last_mut() {
            Some((group, _, end, _)) if *group == node.group => *end = angle,
            _ => spans.push((node.group, angle, angle, &node.name)),
        }
    }
    spans
        .into_iter()
        .map(|(_, from, to, text)| {
            let middle = (from + to) / 2.0;
            let (x, y) = on_circle(middle, NAMES);
            let anchor = if middle.cos() > 0.3 {
                "start"
            } else if middle.cos() < -0.3 {
                "end"
            } else {
                "middle"
            };
            // Names beside the circle start where its dots end.
            let x = if anchor == "middle" { x } else { SIZE / 2.0 + (NAMES - 18.0) * middle.cos() };
            Name { x: number(x), y: number(y + 5.0), anchor, text: text.to_owned() }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(number: usize, group: usize) -> NodeData {
        NodeData { number, group, name: format!("組織 {group}"), title: "<t>".to_owned() }
    }

    fn edge(a: usize, b: usize, weight: f64) -> EdgeData {
        EdgeData { a, b, weight, title: "\"文面\" <b>".to_owned() }
    }

    fn drawn(nodes: usize, edges: &[EdgeData]) -> (String, usize) {
        let nodes: Vec<NodeData> = (0..nodes).map(|n| node(n + 1, n / 3 + 1)).collect();
        let graph = Graph::new("t".into(), "d".into(), &nodes, edges);
        let left_out = graph.left_out;
        (graph.render().unwrap(), left_out)
    }

    #[test]
    fn a_tie_is_as_thick_as_it_is_strong_and_tells_its_reason_escaped() {
        let (svg, _) = drawn(4, &[edge(0, 1, 1.0), edge(1, 3, 0.2)]);
        assert_eq!(svg.matches("<path").count(), 2);
        assert!(svg.contains("stroke-width=\"6.0\"") && svg.contains("stroke-width=\"1.2\""), "{svg}");
        assert!(!svg.contains("<b>") && svg.contains("組織 2"));
    }

    #[test]
    fn the_picture_is_the_same_in_any_order_of_ties() {
        let edges = [edge(0, 1, 0.5), edge(1, 2, 0.9), edge(0, 2, 0.5)];
        let turned = [edges[2].clone(), edges[0].clone(), edges[1].clone()];
        assert_eq!(drawn(5, &edges), drawn(5, &turned));
    }

    #[test]
    fn a_very_large_campaign_gives_a_bounded_picture_that_says_what_it_leaves_out() {
        let mut edges = Vec::new();
        for a in 0..NODES + 20 {
            for b in a + 1..NODES + 20 {
                edges.push(edge(a, b, f64::from(u32::try_from(a * b % 97).unwrap()) / 97.0));
            }
        }
        let (svg, left_out) = drawn(10_000, &edges);
        assert_eq!((svg.matches("<path").count(), svg.matches("<circle").count()), (EDGES, NODES));
        assert_eq!(left_out, NODES * (NODES - 1) / 2 - EDGES);
        assert!(svg.len() < 60_000, "{}", svg.len());
    }

    #[test]
    fn weights_that_are_no_numbers_draw_a_thin_line() {
        let (svg, _) = drawn(3, &[edge(0, 1, f64::NAN), edge(0, 2, f64::INFINITY)]);
        assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
    }
}
