//! What a user would take instead of an assigner, written once for benches and tests.

#[path = "tutorial.rs"]
mod tutorial;

use ac_library::MfGraph;
pub(crate) use tutorial::Tutorial;

/// People in classes (teams, sections, or everybody alone), works in classes, and nobody reviews a
/// work of their own class.
#[derive(Debug, Clone)]
pub(crate) struct Course {
    /// The class of each person.
    pub(crate) people: Vec<usize>,
    /// The class of each work.
    pub(crate) works: Vec<usize>,
    /// Reviews that everybody gives. Works receive `people x reviews / works`, a whole number.
    pub(crate) reviews: usize,
}

/// Pairs of a work and its reviewer.
pub(crate) type Pairs = Vec<(usize, usize)>;

impl Course {
    /// Works of teams of this size, one a team.
    pub(crate) fn of_teams(people: usize, size: usize, reviews: usize) -> Self {
        let teams = people / size;
        Self {
            people: (0..people).map(|i| i / size).collect(),
            works: (0..teams).collect(),
            reviews,
        }
    }

    pub(crate) fn bars(&self, person: usize, work: usize) -> bool {
        self.people[person] == self.works[work]
    }

    /// How many reviews a work receives.
    pub(crate) fn received(&self) -> usize {
        self.people.len() * self.reviews / self.works.len()
    }
}

/// The rule of Sakai 23 (`AssignmentPeerAssessmentServiceImpl`): works in random order, and for each
/// review that a work needs the one who has the fewest so far among those who may, ties at random.
/// Moodle's random allocator is of the same kind. Theirs look at everybody for each review, O(people
/// x reviews); here people lie sorted by their numbers of reviews, so that one who is drawn from the
/// lowest number nearly always may: O(reviews).
pub(crate) fn least_loaded(course: &Course, random: &mut Tutorial) -> Pairs {
    let mut order: Vec<usize> = (0..course.works.len()).collect();
    random.shuffle(&mut order);
    let mut queue = Queue::new(course.people.len());
    let mut pairs = Pairs::new();
    for work in order {
        let mut reviewers: Vec<usize> = Vec::new();
        for _ in 0..course.received() {
            let may = |person: usize| !course.bars(person, work) && !reviewers.contains(&person);
            let Some(person) = queue.lowest(may, random) else { break };
            queue.raise(person);
            reviewers.push(person);
            pairs.push((work, person));
        }
    }
    pairs
}

/// People in the order of their numbers of reviews.
struct Queue {
    order: Vec<usize>,
    place: Vec<usize>,
    load: Vec<usize>,
    /// Where the people of each number start in the order; a last one for the end.
    starts: Vec<usize>,
}

impl Queue {
    fn new(people: usize) -> Self {
        let order: Vec<usize> = (0..people).collect();
        Self { place: order.clone(), order, load: vec![0; people], starts: vec![0, people] }
    }

    /// A uniform draw from those of the lowest number who may.
    fn lowest(&self, may: impl Fn(usize) -> bool, random: &mut Tutorial) -> Option<usize> {
        for range in self.starts.windows(2).filter(|range| range[0] < range[1]) {
            let level = &self.order[range[0]..range[1]];
            // Rejected draws leave the rest uniform.
            for _ in 0..8 {
                let person = level[random.below(level.len())];
                if may(person) {
                    return Some(person);
                }
            }
            let able: Vec<usize> = level.iter().copied().filter(|&person| may(person)).collect();
            if !able.is_empty() {
                return Some(able[random.below(able.len())]);
            }
        }
        None
    }

    /// One review more: the person changes place with the last of their number, who then is the first
    /// of the next.
    fn raise(&mut self, person: usize) {
        let next = self.load[person] + 1;
        if next + 1 == self.starts.len() {
            self.starts.push(self.order.len());
        }
        self.starts[next] -= 1;
        let (from, to) = (self.place[person], self.starts[next]);
        self.order.swap(from, to);
        self.place[self.order[from]] = from;
        self.place[person] = to;
        self.load[person] = next;
    }
}

/// Random permutations, one a round, and no look at what they bring together. Loads are equal; own
/// works and works twice are not kept out.
pub(crate) fn permutations(course: &Course, random: &mut Tutorial) -> Pairs {
    let mut pairs = Pairs::new();
    for _ in 0..course.reviews {
        let mut works: Vec<usize> =
            (0..course.people.len()).map(|i| i % course.works.len()).collect();
        random.shuffle(&mut works);
        pairs.extend(works.into_iter().zip(0..));
    }
    pairs
}

/// A maximum flow from people to works over some random candidates of each person, or over all that
/// they may review, by the Dinic of the `AtCoder` Library. Has fewer pairs where the flow does not
/// reach.
pub(crate) fn max_flow(course: &Course, candidates: Option<usize>, random: &mut Tutorial) -> Pairs {
    let (people, works) = (course.people.len(), course.works.len());
    let (source, sink) = (people + works, people + works + 1);
    let mut graph = MfGraph::<u32>::new(people + works + 2);
    let capacity = |n: usize| u32::try_from(n).unwrap();
    for person in 0..people {
        for work in candidate_works(course, person, candidates, random) {
            graph.add_edge(person, people + work, 1);
        }
    }
    for person in 0..people {
        graph.add_edge(source, person, capacity(course.reviews));
    }
    for work in 0..works {
        graph.add_edge(people + work, sink, capacity(course.received()));
    }
    graph.flow(source, sink);
    let edges = graph.edges().into_iter();
    let reviews = edges.filter(|edge| edge.flow == 1 && edge.from < people && edge.to != sink);
    reviews.map(|edge| (edge.to - people, edge.from)).collect()
}

fn candidate_works(
    course: &Course,
    person: usize,
    candidates: Option<usize>,
    random: &mut Tutorial,
) -> Vec<usize> {
    let works = course.works.len();
    let Some(candidates) = candidates else {
        return (0..works).filter(|&work| !course.bars(person, work)).collect();
    };
    let mut drawn: Vec<usize> = Vec::with_capacity(candidates);
    while drawn.len() < candidates {
        let work = random.below(works);
        if !course.bars(person, work) && !drawn.contains(&work) {
            drawn.push(work);
        }
    }
    drawn
}

/// The fewest and the most reviews that a person gives, and that a work receives.
pub(crate) fn loads(course: &Course, pairs: &Pairs) -> [(usize, usize); 2] {
    let (mut given, mut received) = (vec![0; course.people.len()], vec![0; course.works.len()]);
    for &(work, person) in pairs {
        received[work] += 1;
        given[person] += 1;
    }
    [given, received].map(|loads: Vec<usize>| {
        (loads.iter().copied().min().unwrap_or(0), loads.iter().copied().max().unwrap_or(0))
    })
}
