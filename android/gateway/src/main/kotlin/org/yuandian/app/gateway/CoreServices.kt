package org.yuandian.app.gateway

import org.yuandian.app.model.Answer
import org.yuandian.app.model.BothText
import org.yuandian.app.model.CaseId
import org.yuandian.app.model.Contact
import org.yuandian.app.model.FieldKind
import org.yuandian.app.model.FieldOption
import org.yuandian.app.model.FormField
import org.yuandian.app.model.FormStanding
import org.yuandian.app.model.Named
import org.yuandian.app.model.ServiceChoice
import org.yuandian.app.model.ServiceForm
import org.yuandian.app.model.ServiceId
import org.yuandian.app.model.WantedPhotos
import org.yuandian.app.model.gateway.Services
import org.yuandian.core.BilingualText
import org.yuandian.core.CoreException
import org.yuandian.core.ServiceField
import org.yuandian.core.ServiceForm as CoreServiceForm

internal class CoreServices(
    private val core: CoreLine,
) : Services {
    override suspend fun find(text: String): Answer<List<ServiceChoice>> =
        core.ask {
            findServices(text).map {
                ServiceChoice(ServiceId(it.id), both(it.title), it.group, both(it.groupTitle), it.used.toInt(), it.photos.toInt())
            }
        }

    override suspend fun form(service: ServiceId): Answer<ServiceForm> =
        core.ask { serviceForm(serviceForm(service.value) ?: throw CoreException.NotFound("service", service.value)) }

    override suspend fun formOf(case: CaseId): Answer<ServiceForm> =
        core.ask { serviceForm(caseForm(case.value) ?: throw CoreException.NotFound("form", case.value)) }

    override suspend fun community(): Answer<Contact?> = core.ask { communityContact()?.let { Contact(both(it.title), it.telephone) } }

    override suspend fun standing(
        service: ServiceId,
        answers: List<Named>,
    ): Answer<FormStanding> =
        core.ask {
            val state = formState(service.value, answers.map(::given))
            FormStanding(state.asked, state.required.toSet(), state.wrong.associate { it.key to both(it.text) })
        }
}

internal fun both(text: BilingualText) = BothText(text.zh, text.en)

internal fun serviceForm(form: CoreServiceForm) =
    ServiceForm(
        id = ServiceId(form.id),
        title = both(form.title),
        help = form.help?.let(::both),
        placeIsCoarse = form.placeIsCoarse,
        photos = WantedPhotos(form.photos.before.toInt(), form.photos.after.toInt(), form.photos.kinds, form.photos.cameraOnly),
        fields = form.fields.map(::field),
    )

private fun field(field: ServiceField) =
    FormField(
        key = field.key,
        kind = FieldKind.of(field.kind),
        label = both(field.label),
        required = field.required,
        help = field.help?.let(::both),
        options = field.options.map { FieldOption(it.id, both(it.label)) },
        min = field.min,
        max = field.max,
        maxLength = field.maxLength?.toInt(),
        minCount = field.minCount?.toInt(),
        maxCount = field.maxCount?.toInt(),
        purpose = field.purpose?.let(::both),
        retentionDays = field.retentionDays?.toInt(),
        staysPrivate = field.staysPrivate,
    )
