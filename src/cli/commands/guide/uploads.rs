//! What is uploaded: what the console asks for, and what orders of this kind, nature, province and
//! provider always carry (papers.toml), whether the console has a place of its own for it or not.

use super::filler::Filler;
use super::sheet::{Filled, UploadSheet};
use crate::filing::guide::{Only, Upload};
use crate::filing::kind::Kind;
use crate::filing::province::Province;
use crate::filing::status::Status;
use crate::knowledge::{self, Occasion, Paper, PaperOf};
use crate::lang::Text;
use crate::text;
use crate::workflow::missing;

impl Filler<'_> {
    pub(super) fn upload(&self, upload: &Upload, place: Option<usize>) -> UploadSheet {
        let count = self.order.service_count();
        let service = place.map(|place| place + 1);
        let files: Vec<String> = self
            .order
            .materials
            .iter()
            .filter(|held| held.slot == upload.slot)
            // One that is said to be of no service in particular is of all, as the rules take it.
            .filter(|held| service.is_none() || held.service.is_none() || held.service == service)
            .map(|held| self.privacy.file_name(&held.file).into_owned())
            .collect();
        let label = upload.label.clone().or_else(|| {
            let list = knowledge::code_list("material-slots")?;
            Some(list.entry(&upload.slot)?.label.clone())
        });
        let label = label.unwrap_or_else(|| Text::verbatim(upload.slot.clone()));
        let can_fill = files.is_empty() && !self.view.standing.status.has_ended();
        let named = service.filter(|_| count > 1);
        let required =
            !upload.optional || self.papers(place).any(|paper| paper.slot == upload.slot);
        UploadSheet {
            slot: upload.slot.clone(),
            label: label.get(self.lang).to_owned(),
            console: label.zh.into_owned(),
            service: named,
            required,
            missing: files.is_empty() && required,
            fill: can_fill.then(|| missing::attach(self.order, &upload.slot, 1, named)),
            files,
        }
    }

    /// Lists the papers that the order always carries: the subject's, or those of the service at
    /// `place`.
    fn papers(&self, place: Option<usize>) -> impl Iterator<Item = &'static Paper> {
        // A change of the subject alone names no service, and carries papers all the same.
        let services = place.map_or(0..self.order.service_count().max(1), |place| {
            place..place + 1
        });
        let adds = self.order.kind == Kind::New && !self.order.is_first_filing();
        let today = self.desk.world.now.day();
        knowledge::papers().iter().filter(move |paper| {
            services.clone().any(|place| {
                let occasion = Occasion {
                    kind: self.order.kind.name(),
                    nature: self.data["subject"]["nature"].as_str().unwrap_or_default(),
                    province: self.order.province().map(Province::code),
                    provider: self.order.provider.as_deref(),
                    service: self.service_kind(place).map_or("", |kind| kind.name()),
                };
                paper.is_always_for(&occasion, adds, today)
            })
        })
    }

    /// Adds the papers for which no step has a place to the last step in draft that uploads.
    pub(super) fn add_papers(&self, filled: &mut [Filled]) {
        let is_draft = |step: &&mut Filled| step.status == Status::Draft;
        let mut drafting: Vec<&mut Filled> = filled.iter_mut().filter(is_draft).collect();
        let asked: Vec<String> = drafting
            .iter()
            .flat_map(|step| step.uploads.iter().map(|upload| upload.slot.clone()))
            .collect();
        let place = drafting
            .iter()
            .rposition(|step| !step.uploads.is_empty() && step.service.is_none());
        let place = place.or(drafting.len().checked_sub(1));
        let Some(last) = place.and_then(|place| drafting.get_mut(place)) else {
            return;
        };
        for paper in self
            .papers(None)
            .filter(|paper| !asked.contains(&paper.slot))
        {
            let upload = Upload {
                slot: paper.slot.clone(),
                label: None,
                optional: false,
                only: Only::default(),
            };
            let places = match paper.of {
                PaperOf::Service if self.order.service_count() > 0 => {
                    (0..self.order.service_count()).map(Some).collect()
                }
                PaperOf::Subject | PaperOf::Service => vec![None],
            };
            let sheets = places.into_iter().map(|place| self.upload(&upload, place));
            last.uploads.extend(sheets);
        }
    }

    /// Tells in the first step in draft what the province asks for beyond the rest.
    pub(super) fn add_particulars(&self, filled: &mut [Filled]) {
        let first = filled.iter_mut().find(|step| step.status == Status::Draft);
        let (Some(first), Some(province)) = (first, self.order.province()) else {
            return;
        };
        match self.order.kind {
            Kind::New | Kind::Access | Kind::Change => {}
            Kind::CancelSite | Kind::CancelSubject | Kind::CancelAccess => return,
        }
        let name = province.name().get(self.lang);
        let extras = province.rules().extras.iter();
        first.text.extend(extras.map(|extra| {
            text!("{name}：{extra}", "{name}: {extra}", extra)
                .get(self.lang)
                .to_owned()
        }));
    }
}
