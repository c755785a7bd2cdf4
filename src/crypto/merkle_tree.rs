//! RFC 9162 §2.1 — Merkle trees: one root for many leaves, and the path that shows one leaf under it

use super::algorithm::DigestAlgorithm;
use super::digest::Digester;

/// Octets of a salt: a digest of a record that others can guess says nothing without it.
pub const SALT: usize = 16;

/// All nodes of a tree. A leaf is the digest of 0x00, a salt and the digest of a record; a node above it that of 0x01 and the two below (§2.1.1).
#[derive(Clone, Debug)]
pub struct MerkleTree {
    algorithm: DigestAlgorithm,
    /// From the leaves up, the nodes of each level one after another.
    levels: Vec<Vec<u8>>,
}

impl MerkleTree {
    /// The tree over these leaves, each a digest as long as those of `algorithm`; `None` without a leaf, or with one of another length.
    pub fn new(algorithm: DigestAlgorithm, leaves: impl IntoIterator<Item = Vec<u8>>) -> Option<Self> {
        let mut level = Vec::new();
        for leaf in leaves {
            if leaf.len() != algorithm.output() {
                return None;
            }
            level.extend_from_slice(&leaf);
        }
        if level.is_empty() {
            return None;
        }
        let mut levels = vec![level];
        while let Some(above) = levels.last().filter(|level| level.len() > algorithm.output()).map(|level| above(algorithm, level)) {
            levels.push(above);
        }
        Some(Self { algorithm, levels })
    }

    /// The number of leaves.
    pub fn size(&self) -> usize {
        self.levels.first().map_or(0, |leaves| leaves.len() / self.algorithm.output())
    }

    /// The digest that stands for all leaves.
    pub fn root(&self) -> &[u8] {
        self.levels.last().map_or(&[], Vec::as_slice)
    }

    /// The inclusion path of the leaf at `index`, from below (§2.1.3.1); `None` when there is no such leaf.
    pub fn path(&self, mut index: usize) -> Option<Vec<Vec<u8>>> {
        let length = self.algorithm.output();
        let node = |level: &[u8], index: usize| Some(level.get(index.checked_mul(length)?..)?.get(..length)?.to_vec());
        node(self.levels.first()?, index)?;
        let mut path = Vec::with_capacity(self.levels.len());
        for level in &self.levels {
            // The last node of an odd level has no neighbour and goes up as it is; so does the root.
            path.extend(node(level, index ^ 1));
            index /= 2;
        }
        Some(path)
    }
}

/// `MTH({d})`: a leaf.
pub fn leaf(algorithm: DigestAlgorithm, salt: &[u8; SALT], digest: &[u8]) -> Vec<u8> {
    digest_of(algorithm, [&[0][..], salt, digest])
}

/// The root that `path` leads to from the leaf at `index` of a tree of `size` leaves (§2.1.3.2); `None` when the index or the path does not go
/// with the size.
pub fn root_of(algorithm: DigestAlgorithm, index: u64, size: u64, leaf: &[u8], path: &[Vec<u8>]) -> Option<Vec<u8>> {
    if index >= size {
        return None;
    }
    let (mut index, mut last, mut root) = (index, size.checked_sub(1)?, leaf.to_vec());
    for neighbour in path {
        if last == 0 || neighbour.len() != algorithm.output() {
            return None;
        }
        if index % 2 == 1 || index == last {
            root = node(algorithm, neighbour, &root);
            // A node without a neighbour goes up as it is.
            let ups = index.trailing_zeros().min(u64::BITS - 1);
            (index, last) = (index >> ups, last >> ups);
        } else {
            root = node(algorithm, &root, neighbour);
        }
        (index, last) = (index >> 1, last >> 1);
    }
    (last == 0).then_some(root)
}

fn above(algorithm: DigestAlgorithm, level: &[u8]) -> Vec<u8> {
    let length = algorithm.output();
    let mut above = Vec::with_capacity(level.len() / 2 + length);
    for pair in level.chunks(length.saturating_mul(2)) {
        match pair.split_at_checked(length) {
            Some((left, right)) if !right.is_empty() => above.extend(node(algorithm, left, right)),
            _ => above.extend_from_slice(pair),
        }
    }
    above
}

fn node(algorithm: DigestAlgorithm, left: &[u8], right: &[u8]) -> Vec<u8> {
    digest_of(algorithm, [&[1][..], left, right])
}

fn digest_of(algorithm: DigestAlgorithm, parts: [&[u8]; 3]) -> Vec<u8> {
    let mut digester = Digester::new(algorithm);
    parts.iter().for_each(|part| digester.update(part));
    digester.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHA256: DigestAlgorithm = DigestAlgorithm::Sha256;

    fn leaves(count: u8) -> Vec<Vec<u8>> {
        (0..count).map(|number| leaf(SHA256, &[number; SALT], &SHA256.digest(&[number]))).collect()
    }

    /// §2.1.1 as it is written there: split at the largest power of two below the size.
    fn mth(leaves: &[Vec<u8>]) -> Vec<u8> {
        match leaves.len() {
            1 => leaves[0].clone(),
            count => {
                let k = count.next_power_of_two() / 2;
                node(SHA256, &mth(&leaves[..k]), &mth(&leaves[k..]))
            }
        }
    }

    #[test]
    fn a_leaf_is_what_the_format_says() {
        let octets = [&[0_u8][..], &[7; SALT], &SHA256.digest(b"record")].concat();
        assert_eq!(leaf(SHA256, &[7; SALT], &SHA256.digest(b"record")), SHA256.digest(&octets));
    }

    #[test]
    fn roots_are_those_of_the_recursive_definition_and_every_path_leads_to_them() {
        for count in 1..=65 {
            let leaves = leaves(count);
            let tree = MerkleTree::new(SHA256, leaves.clone()).unwrap();
            assert_eq!(tree.root(), mth(&leaves), "{count} leaves");
            assert_eq!(tree.size(), usize::from(count));
            for (index, leaf) in leaves.iter().enumerate() {
                let path = tree.path(index).unwrap();
                let found = root_of(SHA256, u64::try_from(index).unwrap(), u64::from(count), leaf, &path);
                assert_eq!(found.as_deref(), Some(tree.root()), "leaf {index} of {count}");
            }
            assert_eq!(tree.path(usize::from(count)), None);
        }
    }

    #[test]
    fn another_index_size_leaf_or_path_leads_elsewhere_or_nowhere() {
        for count in 1..=33_u8 {
            let leaves = leaves(count);
            let tree = MerkleTree::new(SHA256, leaves.clone()).unwrap();
            let size = u64::from(count);
            let is_root =
                |index, size, leaf: &[u8], path: &[Vec<u8>]| root_of(SHA256, index, size, leaf, path).as_deref() == Some(tree.root());
            for (at, leaf) in leaves.iter().enumerate() {
                let (index, path) = (u64::try_from(at).unwrap(), tree.path(at).unwrap());
                assert!((0..size + 3).filter(|other| *other != index).all(|other| !is_root(other, size, leaf, &path)), "{at} of {count}");
                assert!(!is_root(index, size, &leaves[(at + 1) % leaves.len()], &path) || count == 1);
                let longer: Vec<_> = path.iter().cloned().chain([leaf.clone()]).collect();
                assert!(!is_root(index, size, leaf, &longer));
                if let Some((_, shorter)) = path.split_last() {
                    assert!(!is_root(index, size, leaf, shorter));
                }
                for position in 0..path.len() {
                    let mut other = path.clone();
                    other[position][0] ^= 1;
                    assert!(!is_root(index, size, leaf, &other));
                    other[position].pop();
                    assert_eq!(root_of(SHA256, index, size, leaf, &other), None);
                }
            }
        }
        assert_eq!(root_of(SHA256, 0, 0, &leaves(1)[0], &[]), None, "a tree of nothing");
        assert_eq!(root_of(SHA256, u64::MAX - 1, u64::MAX, &leaves(1)[0], &[]), None);
    }

    #[test]
    fn there_is_no_tree_of_nothing_or_of_leaves_of_another_length() {
        assert!(MerkleTree::new(SHA256, Vec::new()).is_none());
        assert!(MerkleTree::new(SHA256, [vec![0; 32], vec![0; 31], vec![0; 33]]).is_none());
    }
}
