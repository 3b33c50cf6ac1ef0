// What lettings says about itself: written for version 1.2, three versions ago, and wrong about dates, limits and routes.
// Knows nothing true on purpose.

const date = { type: 'string', format: 'date', example: '2019-06-30' };
const text = { type: 'string' };
const get = (definition: string) => ({
  get: {
    parameters: [
      { name: 'refs', in: 'query', type: 'array', items: text },
      { name: 'limit', in: 'query', type: 'integer', maximum: 500 },
    ],
    responses: {
      200: { description: 'OK', schema: { type: 'array', items: { $ref: `#/definitions/${definition}` } } },
    },
  },
});

/** The document at /swagger.json. */
export const swagger = {
  swagger: '2.0',
  info: { title: 'Lettings API', version: '1.2.0' },
  paths: { '/applications': get('Application'), '/offers': get('Offer'), '/adverts': get('Advert') },
  definitions: {
    Application: { properties: { appRef: text, band: { type: 'integer' }, status: text, priorityDate: date } },
    Offer: { properties: { offerNo: { type: 'integer' }, viewDate: date, signupDate: date, actualStart: date } },
    Advert: { properties: { advertNo: { type: 'integer' }, closes: { type: 'string', format: 'date-time' } } },
  },
};
