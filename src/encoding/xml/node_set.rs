//! XPath 1.0 §3.3 — sets of nodes, as ranges of their positions; attributes and namespaces go with their element
//!
//! The closed list of transforms makes no other sets: what is chosen are elements with all in them, less other elements with all in them.

use std::ops::Range;

use super::tree::{Kind, NodeId, Span, Tree};

/// Nodes of one tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeSet {
    /// Positions, in order, neither overlapping nor touching.
    pub(super) ranges: Vec<Range<u32>>,
    /// Whether its comments are in it.
    comments: bool,
}

impl NodeSet {
    /// `node` with everything in it.
    pub fn subtree(tree: &Tree<'_>, node: NodeId) -> Self {
        let range = node.0..tree.node(node).end;
        Self { ranges: vec![range], comments: true }
    }

    /// Single nodes, in whatever order.
    pub fn of(nodes: impl IntoIterator<Item = NodeId>) -> Self {
        let ranges = nodes.into_iter().map(|node| node.0..node.0.saturating_add(1)).collect();
        Self { ranges: joined(ranges), comments: true }
    }

    /// Several sets in one.
    pub fn union(sets: impl IntoIterator<Item = Self>) -> Self {
        let (mut ranges, mut comments) = (Vec::new(), false);
        for set in sets {
            ranges.extend(set.ranges);
            comments |= set.comments;
        }
        Self { ranges: joined(ranges), comments }
    }

    /// The same without comments.
    #[must_use]
    pub fn without_comments(self) -> Self {
        Self { comments: false, ..self }
    }

    /// Whether comments are in it.
    pub fn has_comments(&self) -> bool {
        self.comments
    }

    /// The same without the nodes of `others`.
    #[must_use]
    pub fn subtract(&self, others: &Self) -> Self {
        let mut ranges = Vec::with_capacity(self.ranges.len());
        let mut taken = others.ranges.iter().peekable();
        for range in &self.ranges {
            let mut start = range.start;
            while taken.next_if(|other| other.end <= start).is_some() {}
            let mut following = taken.clone();
            while let Some(other) = following.next_if(|other| other.start < range.end) {
                if start < other.start {
                    ranges.push(start..other.start);
                }
                start = start.max(other.end);
            }
            if start < range.end {
                ranges.push(start..range.end);
            }
        }
        Self { ranges, comments: self.comments }
    }

    /// The nodes that are in `others` too.
    #[must_use]
    pub fn intersect(&self, others: &Self) -> Self {
        self.subtract(&self.subtract(others))
    }

    /// The texts in it.
    #[must_use]
    pub fn texts(&self, tree: &Tree<'_>) -> Self {
        let nodes = self.ranges.iter().cloned().flatten().map(NodeId);
        Self::of(nodes.filter(|node| matches!(tree.node(*node).kind, Kind::Text { .. } | Kind::Section)))
    }

    /// How many elements are in it.
    pub fn elements(&self, tree: &Tree<'_>) -> usize {
        self.ranges.iter().cloned().flatten().filter(|position| tree.is_element(NodeId(*position))).count()
    }

    /// Whether there is no node in it.
    pub fn is_empty(&self) -> bool {
        self.ranges.is_empty()
    }

    /// Whether the node is in it.
    pub fn contains(&self, node: NodeId) -> bool {
        let behind = self.ranges.partition_point(|range| range.start <= node.0);
        behind.checked_sub(1).and_then(|position| self.ranges.get(position)).is_some_and(|range| range.contains(&node.0))
    }

    /// Whether the node and everything in it are in it.
    pub fn has_all(&self, tree: &Tree<'_>, node: NodeId) -> bool {
        let behind = self.ranges.partition_point(|range| range.start <= node.0);
        let range = behind.checked_sub(1).and_then(|position| self.ranges.get(position));
        range.is_some_and(|range| range.contains(&node.0) && tree.node(node).end <= range.end)
    }

    /// Whether the node or something in it is in it.
    pub fn overlaps(&self, tree: &Tree<'_>, node: NodeId) -> bool {
        let behind = self.ranges.partition_point(|range| range.end <= node.0);
        self.ranges.get(behind).is_some_and(|range| range.start < tree.node(node).end)
    }

    /// Every text in it, in document order.
    pub fn string(&self, tree: &Tree<'_>) -> String {
        let nodes = self.ranges.iter().cloned().flatten().map(|position| tree.node(NodeId(position)));
        nodes.filter_map(|node| tree.text_of(&node)).fold(String::new(), |text, more| text + more.as_ref())
    }

    /// How many octets of the document its nodes are written with.
    pub fn octets(&self, tree: &Tree<'_>) -> usize {
        let mut sum = 0_usize;
        for range in &self.ranges {
            let mut position = range.start;
            while position < range.end {
                let node = tree.node(NodeId(position));
                if node.end <= range.end {
                    sum = sum.saturating_add(node.span.range().len());
                    position = node.end.max(position.saturating_add(1));
                } else {
                    sum = sum.saturating_add(tags(tree, NodeId(position), node.span));
                    position = position.saturating_add(1);
                }
            }
        }
        sum
    }

    /// The first node in it.
    pub fn first(&self) -> Option<NodeId> {
        self.ranges.first().map(|range| NodeId(range.start))
    }
}

/// The octets of an element's tags alone.
fn tags(tree: &Tree<'_>, node: NodeId, span: Span) -> usize {
    let within = match tree.node(node).kind {
        Kind::Element(_) => tree.content(node).len(),
        _ => span.range().len(),
    };
    span.range().len().saturating_sub(within)
}

fn joined(mut ranges: Vec<Range<u32>>) -> Vec<Range<u32>> {
    ranges.sort_by_key(|range| range.start);
    let mut joined: Vec<Range<u32>> = Vec::with_capacity(ranges.len());
    for range in ranges {
        match joined.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => joined.push(range),
        }
    }
    joined
}

impl Tree<'_> {
    /// The whole document.
    pub fn all(&self) -> NodeSet {
        NodeSet::subtree(self, Tree::DOCUMENT)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encoding::xml::read;
    use crate::limits::Limits;

    fn ranges(set: &NodeSet) -> Vec<(u32, u32)> {
        set.ranges.iter().map(|range| (range.start, range.end)).collect()
    }

    #[test]
    fn sets_are_subtracted_intersected_and_joined() {
        let set = |parts: &[(u32, u32)]| NodeSet { ranges: parts.iter().map(|(start, end)| *start..*end).collect(), comments: true };
        let one = set(&[(0, 10), (20, 30), (40, 50)]);
        let other = set(&[(5, 25), (28, 29), (45, 60)]);
        assert_eq!(ranges(&one.subtract(&other)), [(0, 5), (25, 28), (29, 30), (40, 45)]);
        assert_eq!(ranges(&one.intersect(&other)), [(5, 10), (20, 25), (28, 29), (45, 50)]);
        assert_eq!(ranges(&NodeSet::union([one.clone(), other.clone()])), [(0, 30), (40, 60)]);
        assert!(one.contains(NodeId(9)) && !one.contains(NodeId(10)) && !set(&[]).contains(NodeId(0)));
        assert!(one.subtract(&one).is_empty());
    }

    #[test]
    fn octets_are_those_of_its_nodes() {
        let tree = read(b"<a>x<b>yz</b><!--c--></a>", &Limits::default()).unwrap();
        let of = |set: &NodeSet| set.octets(&tree);
        let inner = tree.elements(tree.root()).next().unwrap();
        assert_eq!(of(&tree.all()), 25);
        assert_eq!(of(&NodeSet::subtree(&tree, inner)), 9);
        assert_eq!(of(&tree.all().subtract(&NodeSet::subtree(&tree, inner))), 16);
        assert_eq!(of(&NodeSet::of([inner])), 7);
    }
}
