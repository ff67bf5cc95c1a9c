//! What the kept observations say of what is filed: what vanished, and which registrations end.

use super::verify::of_service;
use super::world::World;
use crate::evidence::keep::{self, Holder, Unread};
use crate::filing::evidence::case::About;
use crate::filing::evidence::course::{Course, Ending, Vanished};
use crate::filing::portfolio::{FiledService, FiledSubject};
use crate::store::Files;
use std::ops::ControlFlow;

/// What was seen of a service.
#[derive(Clone, Debug)]
pub struct Seen<'a> {
    /// Its subject.
    pub subject: &'a FiledSubject,
    /// The service.
    pub service: &'a FiledService,
    /// By whom it is not shown any more.
    pub vanished: Vec<Vanished>,
    /// When the registrations of its domains end.
    pub endings: Vec<Ending>,
}

/// Looks through the observations of everything that is filed; what of them cannot be read is
/// returned beside.
pub fn all<'a>(world: &'a World, files: &dyn Files) -> (Vec<Seen<'a>>, Vec<Unread>) {
    let (mut seen, mut wrong) = (Vec::new(), Vec::new());
    for subject in world.book.portfolio.filed() {
        let services = subject.services.values();
        let mut courses: Vec<(&FiledService, Course)> =
            services.map(|service| (service, course(service))).collect();
        let holder = Holder::Subject(subject.number);
        wrong.extend(keep::backwards(files, &holder, |facts| {
            for (_, course) in &mut courses {
                for fact in facts {
                    course.take(fact);
                }
            }
            if courses.iter().all(|(_, course)| course.is_settled()) {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        }));
        seen.extend(courses.into_iter().map(|(service, course)| {
            Seen {
                subject,
                service,
                vanished: course
                    .vanished()
                    .filter(|one| is_about(service, one))
                    .collect(),
                endings: course.endings().cloned().collect(),
            }
        }));
    }
    (seen, wrong)
}

/// Whether something vanished while the service was filed: before that it was another's.
fn is_about(service: &FiledService, vanished: &Vanished) -> bool {
    service
        .approved_on
        .is_none_or(|day| day <= vanished.since.day())
}

fn course(service: &FiledService) -> Course {
    let abouts = of_service(service);
    let domains = abouts.iter().filter_map(|about| match about {
        About::Domain(domain) => Some(domain.registered_domain().ascii().to_owned()),
        About::Service(_) => None,
    });
    let mut registered: Vec<String> = domains.collect();
    registered.sort_unstable();
    registered.dedup();
    let abouts = abouts.iter().map(About::ascii).collect();
    Course::new(service.number, abouts, registered)
}
